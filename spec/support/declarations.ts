import ts from 'typescript-5';

/** The declarations of a built entry point, as an editor sees them. */
export interface Declarations {
  readonly checker: ts.TypeChecker;
  readonly entry: ts.Symbol;
}

export function compilerOf(entry: string): Declarations {
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`expected a module at ${entry}`);
  return { checker, entry: symbol };
}

/** The properties of an exported type: what each takes, and what an editor says of it. */
export function optionsIn(declarations: Declarations, name: string): Record<string, { type: string; doc: string }> {
  const { checker } = declarations;
  return Object.fromEntries(
    propertiesIn(declarations, name).map((property) => [
      property.name,
      {
        type: checker.typeToString(checker.getTypeOfSymbol(property)),
        doc: ts.displayPartsToString(property.getDocumentationComment(checker)).replace(/\s+/g, ' '),
      },
    ]),
  );
}

/** What the comments of the properties say behind `@default`; undefined if nothing. */
export function defaultsIn(declarations: Declarations, name: string): Record<string, string | undefined> {
  return Object.fromEntries(
    propertiesIn(declarations, name).map((property) => {
      const tag = property.getJsDocTags(declarations.checker).find((each) => each.name === 'default');
      return [property.name, tag && ts.displayPartsToString(tag.text).replace(/\s+/g, ' ')];
    }),
  );
}

function propertiesIn({ checker, entry }: Declarations, name: string): readonly ts.Symbol[] {
  const exported = checker.getExportsOfModule(entry).find((symbol) => symbol.name === name);
  if (!exported) throw new Error(`expected an export ${name}`);
  const type = checker.getDeclaredTypeOfSymbol(
    exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported,
  );
  return checker.getPropertiesOfType(type);
}
