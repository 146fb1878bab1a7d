import fengari, { type LuaState } from 'fengari';
import { type Answer, Keyspace } from './keyspace.js';

const { lua, lauxlib, lualib, to_luastring } = fengari;

/** Redis runs Lua 5.1, where every number is a double; fengari is 5.3 with integers of 32 bits. */
const PRELUDE = `
unpack = table.unpack
local native = tonumber
function tonumber(text)
  local number = native(text)
  return number and number + 0.0
end`;

/** Runs a script as Redis does, over a keyspace in memory. */
export class LuaServer {
  readonly keyspace = new Keyspace();
  readonly #state = lauxlib.luaL_newstate();
  readonly #script: string;

  constructor(script: string) {
    lualib.luaL_openlibs(this.#state);
    this.#define();
    this.#script = script;
    this.#load(PRELUDE);
    this.#run(0);
    this.#load(script);
    lua.lua_setglobal(this.#state, to_luastring('script'));
  }

  run(keys: readonly string[], args: readonly string[]): unknown {
    const state = this.#state;
    this.#list('KEYS', keys);
    this.#list('ARGV', args);
    lua.lua_getglobal(state, to_luastring('script'));
    this.#run(1);
    const answer = read(state);
    lua.lua_settop(state, 0);
    return answer;
  }

  #load(code: string): void {
    if (lauxlib.luaL_loadstring(this.#state, to_luastring(code)) !== lua.LUA_OK) this.#fail();
  }

  #run(results: number): void {
    if (lua.lua_pcall(this.#state, 0, results, 0) !== lua.LUA_OK) this.#fail();
  }

  #fail(): never {
    const message = lua.lua_tojsstring(this.#state, -1);
    lua.lua_settop(this.#state, 0);
    throw new Error(`${message} (in a script of ${this.#script.length} characters)`);
  }

  #list(name: string, texts: readonly string[]): void {
    const state = this.#state;
    lua.lua_newtable(state);
    texts.forEach((text, i) => {
      lua.lua_pushstring(state, to_luastring(text));
      lua.lua_rawseti(state, -2, i + 1);
    });
    lua.lua_setglobal(state, to_luastring(name));
  }

  #define(): void {
    const state = this.#state;
    lua.lua_newtable(state);
    lua.lua_pushjsfunction(state, (called) => this.#call(called));
    lua.lua_setfield(state, -2, to_luastring('call'));
    lua.lua_pushjsfunction(state, (called) => lua.lua_error(called));
    lua.lua_setfield(state, -2, to_luastring('error_reply'));
    lua.lua_setglobal(state, to_luastring('redis'));
  }

  #call(state: LuaState): number {
    const args = Array.from({ length: lua.lua_gettop(state) }, (_, i) => text(state, i + 1));
    push(state, this.keyspace.call(args));
    return 1;
  }
}

/** Numbers as Lua 5.1 writes them. */
function text(state: LuaState, at: number): string {
  if (lua.lua_type(state, at) !== lua.LUA_TNUMBER) return lua.lua_tojsstring(state, at);
  return String(lua.lua_tonumber(state, at));
}

function push(state: LuaState, answer: Answer): void {
  if (typeof answer === 'number') lua.lua_pushnumber(state, answer);
  else if (answer === false) lua.lua_pushboolean(state, false);
  else if (typeof answer === 'string') lua.lua_pushstring(state, to_luastring(answer));
  else {
    lua.lua_newtable(state);
    answer.forEach((part, i) => {
      lua.lua_pushstring(state, to_luastring(part));
      lua.lua_rawseti(state, -2, i + 1);
    });
  }
}

function read(state: LuaState): unknown {
  if (lua.lua_type(state, -1) !== lua.LUA_TTABLE) return text(state, -1);
  return Array.from({ length: lua.lua_rawlen(state, -1) }, (_, i) => {
    lua.lua_rawgeti(state, -1, i + 1);
    const part = text(state, -1);
    lua.lua_settop(state, -2);
    return part;
  });
}
