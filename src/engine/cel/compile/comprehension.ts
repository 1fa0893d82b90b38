import { comparisonsCost, sortByKeys } from "../functions/lists.ts";
import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { isListValue, typeNameOf } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { isMapValue, MapBuilder, mapEntries } from "../values/map-access.ts";
import type { Code, Frame } from "./frame.ts";

/** A loop over a list or a map, with the slots that its variables live in. */
export interface Loop {
  readonly range: Code;
  readonly slots: readonly number[];
  readonly predicate: Code | undefined;
  readonly transform: Code | undefined;
}

// What the API server counts, beside the cost of predicate and transform, for the code that it expands macros to.
/** Reading the result at the end. */
const endCost = 1;
/** Looking whether `all` and `exists` are decided, and taking the next element in. */
const allCosts = { look: 2, take: 1 };
const existsCosts = { look: 3, take: 1 };
/** Adding to the list so far; another list is made of an element that is no constant. */
const appendCost = 2;
const elementListCost = 10;
const countCost = 2;
const entryCost = 3;
const entriesCost = 2;

/** Runs `turn` for every element, with the variables bound, until it says stop. */
function each(loop: Loop, frame: Frame, turn: () => "stop" | undefined): void {
  eachOf(loop.range(frame), loop, frame, turn);
}

function eachOf(range: CelValue, loop: Loop, frame: Frame, turn: () => "stop" | undefined): void {
  const [first = 0, second] = loop.slots;
  const { slots } = frame;
  if (isListValue(range)) {
    for (let index = 0; index < range.length; index++) {
      const item = range[index] ?? null;
      slots[first] = second === undefined ? item : index;
      if (second !== undefined) slots[second] = item;
      if (turn() === "stop") return;
    }
    return;
  }
  if (!isMapValue(range)) throw notIterable(range, second !== undefined);
  for (const [key, value] of mapEntries(range)) {
    slots[first] = key;
    if (second !== undefined) slots[second] = value;
    if (turn() === "stop") return;
  }
}

/** The names of Go types, which cel-go shows here. */
const goTypes: ReadonlyMap<string, string> = new Map([
  ["null_type", "types.Null"],
  ["bool", "types.Bool"],
  ["int", "types.Int"],
  ["uint", "types.Uint"],
  ["double", "types.Double"],
  ["string", "types.String"],
  ["bytes", "types.Bytes"],
  ["google.protobuf.Duration", "types.Duration"],
  ["google.protobuf.Timestamp", "types.Timestamp"],
  ["optional_type", "*types.Optional"],
]);

function notIterable(range: CelValue, hasTwoVariables: boolean): CelError {
  const type = goTypes.get(typeNameOf(range)) ?? typeNameOf(range);
  return new CelError(
    hasTwoVariables
      ? `unsupported comprehension range type: ${type}`
      : `got '${type}', expected iterable type`,
  );
}

function holds(predicate: Code | undefined, frame: Frame): boolean {
  if (predicate === undefined) return true;
  const value = predicate(frame);
  if (typeof value !== "boolean") throw noSuchOverload();
  return value;
}

/**
 * Runs `turn` for every element that the predicate takes. An error ends nothing: that of a predicate takes the place of
 * those before it, that of a turn stands where there was none before, and what is left at the end is thrown, as in cel-go.
 */
function eachTaken(loop: Loop, frame: Frame, turn: () => void): void {
  let failure: CelError | undefined;
  each(loop, frame, () => {
    try {
      if (!holds(loop.predicate, frame)) return undefined;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure = error;
      return undefined;
    }
    if (failure !== undefined) return undefined;
    try {
      turn();
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure = error;
    }
    return undefined;
  });
  if (failure !== undefined) throw failure;
}

/** `all` and `exists`: the element that decides wins over errors of others. */
export function compileQuantifier(loop: Loop, decisive: boolean): Code {
  const costs = decisive ? existsCosts : allCosts;
  const overLists = loop.slots.length === 1 ? quantifyList(loop, decisive, costs) : undefined;
  const overAll = quantifyAny(loop, decisive, costs);
  return (frame) => {
    const range = loop.range(frame);
    frame.spend(endCost);
    return overLists !== undefined && isListValue(range) ? overLists(frame, range) : overAll(frame, range);
  };
}

interface TurnCosts {
  readonly look: number;
  readonly take: number;
}

/** The common case, a list and one variable, is a plain loop. */
function quantifyList(
  { slots: [slot = 0], predicate }: Loop,
  decisive: boolean,
  { look, take }: TurnCosts,
): (frame: Frame, range: readonly CelValue[]) => boolean {
  const turn = look + take;
  return (frame, range) => {
    let failure: CelError | undefined;
    for (let index = 0; index < range.length; index++) {
      frame.spend(turn);
      frame.slots[slot] = range[index] ?? null;
      try {
        if (holds(predicate, frame) === decisive) {
          if (index + 1 < range.length) frame.spend(look);
          return decisive;
        }
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

function quantifyAny(
  loop: Loop,
  decisive: boolean,
  { look, take }: TurnCosts,
): (frame: Frame, range: CelValue) => boolean {
  return (frame, range) => {
    let failure: CelError | undefined;
    let isDecided = false;
    let seen = 0;
    eachOf(range, loop, frame, () => {
      frame.spend(look + take);
      try {
        isDecided = holds(loop.predicate, frame) === decisive;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
      seen++;
      if (isDecided && isListValue(range) && seen < range.length) frame.spend(look);
      return isDecided ? "stop" : undefined;
    });
    if (isDecided) return decisive;
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

/** `exists_one`: exactly one element, and no error. */
export function compileExistsOne(loop: Loop): Code {
  return (frame) => {
    let count = 0;
    frame.spend(2 * endCost);
    eachTaken(loop, frame, () => {
      frame.spend(countCost);
      count++;
    });
    return count === 1;
  };
}

/** `filter`: the elements (of a map: the keys) that hold. */
export function compileFilter(loop: Loop): Code {
  const [slot = 0] = loop.slots;
  return (frame) => {
    frame.spend(endCost);
    const result: CelValue[] = [];
    eachTaken(loop, frame, () => {
      frame.spend(appendCost + elementListCost + 1);
      result.push(frame.slots[slot] ?? null);
    });
    return result;
  };
}

/** `map` and `transformList`. */
export function compileMap(loop: Loop, transform: Code, isConstant: boolean): Code {
  const cost = isConstant ? appendCost : appendCost + elementListCost;
  return (frame) => {
    frame.spend(endCost);
    const result: CelValue[] = [];
    eachTaken(loop, frame, () => {
      frame.spend(cost);
      result.push(transform(frame));
    });
    return result;
  };
}

/** `sortBy`: the elements in ascending order of what they become. */
export function compileSortBy(loop: Loop, transform: Code, isConstant: boolean): Code {
  const cost = isConstant ? appendCost : appendCost + elementListCost;
  const [slot = 0] = loop.slots;
  return (frame) => {
    const items: CelValue[] = [];
    const keys: CelValue[] = [];
    // The list is read twice: for its keys, and to be sorted.
    frame.spend(endCost + 2);
    each(loop, frame, () => {
      frame.spend(cost);
      items.push(frame.slots[slot] ?? null);
      keys.push(transform(frame));
      return undefined;
    });
    frame.spend(comparisonsCost(keys));
    return sortByKeys(items, keys, frame);
  };
}

/** `transformMap`: the same keys (of a list: the indexes), other values. */
export function compileTransformMap(loop: Loop, transform: Code): Code {
  const [slot = 0] = loop.slots;
  return (frame) => {
    frame.spend(endCost);
    const result = new MapBuilder();
    eachTaken(loop, frame, () => {
      frame.spend(entryCost);
      const key = frame.slots[slot] ?? null;
      result.add(key, transform(frame));
    });
    return result.build();
  };
}

/** `transformMapEntry`: each element becomes a map, and the maps become one. */
export function compileTransformEntry(loop: Loop, transform: Code): Code {
  return (frame) => {
    frame.spend(endCost);
    const result = new MapBuilder();
    eachTaken(loop, frame, () => {
      frame.spend(entriesCost);
      const entries = transform(frame);
      if (!isMapValue(entries)) throw noSuchOverload();
      for (const [key, value] of mapEntries(entries)) result.add(key, value);
    });
    return result.build();
  };
}
