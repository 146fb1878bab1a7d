// fengari ships no types: those of its functions that the specs use.
declare module 'fengari' {
  export interface LuaState {
    readonly luaState: unique symbol;
  }
  type LuaFunction = (state: LuaState) => number;

  export function to_luastring(text: string): Uint8Array;
  export const lua: {
    readonly LUA_OK: number;
    readonly LUA_MULTRET: number;
    readonly LUA_TTABLE: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    lua_gettop(state: LuaState): number;
    lua_settop(state: LuaState, top: number): void;
    lua_pushjsfunction(state: LuaState, fn: LuaFunction): void;
    lua_pushvalue(state: LuaState, index: number): void;
    lua_pushnumber(state: LuaState, value: number): void;
    lua_pushboolean(state: LuaState, value: boolean): void;
    lua_pushstring(state: LuaState, value: Uint8Array): void;
    lua_newtable(state: LuaState): void;
    lua_rawseti(state: LuaState, index: number, at: number): void;
    lua_rawgeti(state: LuaState, index: number, at: number): number;
    lua_rawlen(state: LuaState, index: number): number;
    lua_setfield(state: LuaState, index: number, name: Uint8Array): void;
    lua_setglobal(state: LuaState, name: Uint8Array): void;
    lua_getglobal(state: LuaState, name: Uint8Array): number;
    lua_pcall(state: LuaState, args: number, results: number, handler: number): number;
    lua_type(state: LuaState, index: number): number;
    lua_tojsstring(state: LuaState, index: number): string;
    lua_tonumber(state: LuaState, index: number): number;
    lua_error(state: LuaState): number;
  };
  export const lauxlib: {
    luaL_newstate(): LuaState;
    luaL_loadstring(state: LuaState, code: Uint8Array): number;
  };
  export const lualib: { luaL_openlibs(state: LuaState): void };
}
