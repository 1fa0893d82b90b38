import { sortByKeys } from "../functions/lists.ts";
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

// What the API server counts per turn, beside the cost of predicate and transform.
const allCost = 3;
const existsCost = 3;
const appendCost = 12;
const countCost = 2;
const entryCost = 33;

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
  if (!isMapValue(range)) throw notIterable(range);
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

function notIterable(range: CelValue): CelError {
  return new CelError(`got '${goTypes.get(typeNameOf(range)) ?? typeNameOf(range)}', expected iterable type`);
}

function holds(predicate: Code | undefined, frame: Frame): boolean {
  if (predicate === undefined) return true;
  const value = predicate(frame);
  if (typeof value !== "boolean") throw noSuchOverload();
  return value;
}

/** `all` and `exists`: the element that decides wins over errors of others. */
export function compileQuantifier(loop: Loop, decisive: boolean): Code {
  const cost = decisive ? existsCost : allCost;
  const overLists = loop.slots.length === 1 ? quantifyList(loop, decisive, cost) : undefined;
  const overAll = quantifyAny(loop, decisive, cost);
  return (frame) => {
    const range = loop.range(frame);
    return overLists !== undefined && isListValue(range) ? overLists(frame, range) : overAll(frame, range);
  };
}

/** The common case, a list and one variable, is a plain loop. */
function quantifyList(
  { slots: [slot = 0], predicate }: Loop,
  decisive: boolean,
  cost: number,
): (frame: Frame, range: readonly CelValue[]) => boolean {
  return (frame, range) => {
    let failure: CelError | undefined;
    for (let index = 0; index < range.length; index++) {
      frame.spend(cost);
      frame.slots[slot] = range[index] ?? null;
      try {
        if (holds(predicate, frame) === decisive) return decisive;
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
  cost: number,
): (frame: Frame, range: CelValue) => boolean {
  return (frame, range) => {
    let failure: CelError | undefined;
    let isDecided = false;
    eachOf(range, loop, frame, () => {
      frame.spend(cost);
      try {
        isDecided = holds(loop.predicate, frame) === decisive;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
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
    each(loop, frame, () => {
      frame.spend(countCost);
      if (holds(loop.predicate, frame)) count++;
      return undefined;
    });
    return count === 1;
  };
}

/** `filter`: the elements (of a map: the keys) that hold. */
export function compileFilter(loop: Loop): Code {
  const [slot = 0] = loop.slots;
  return (frame) => {
    const result: CelValue[] = [];
    each(loop, frame, () => {
      if (holds(loop.predicate, frame)) {
        frame.spend(appendCost);
        result.push(frame.slots[slot] ?? null);
      }
      return undefined;
    });
    return result;
  };
}

/** `map` and `transformList`. */
export function compileMap(loop: Loop, transform: Code): Code {
  return (frame) => {
    const result: CelValue[] = [];
    each(loop, frame, () => {
      if (holds(loop.predicate, frame)) {
        frame.spend(appendCost);
        result.push(transform(frame));
      }
      return undefined;
    });
    return result;
  };
}

/** `sortBy`: the elements in ascending order of what they become. */
export function compileSortBy(loop: Loop, transform: Code): Code {
  const [slot = 0] = loop.slots;
  return (frame) => {
    const items: CelValue[] = [];
    const keys: CelValue[] = [];
    each(loop, frame, () => {
      frame.spend(appendCost);
      items.push(frame.slots[slot] ?? null);
      keys.push(transform(frame));
      return undefined;
    });
    return sortByKeys(items, keys, frame);
  };
}

/** `transformMap`: the same keys (of a list: the indexes), other values. */
export function compileTransformMap(loop: Loop, transform: Code): Code {
  const [slot = 0] = loop.slots;
  return (frame) => {
    const result = new MapBuilder();
    each(loop, frame, () => {
      if (holds(loop.predicate, frame)) {
        frame.spend(entryCost);
        const key = frame.slots[slot] ?? null;
        result.add(key, transform(frame));
      }
      return undefined;
    });
    return result.build();
  };
}

/** `transformMapEntry`: each element becomes a map, and the maps become one. */
export function compileTransformEntry(loop: Loop, transform: Code): Code {
  return (frame) => {
    const result = new MapBuilder();
    each(loop, frame, () => {
      if (holds(loop.predicate, frame)) {
        frame.spend(entryCost);
        const entries = transform(frame);
        if (!isMapValue(entries)) throw noSuchOverload();
        for (const [key, value] of mapEntries(entries)) result.add(key, value);
      }
      return undefined;
    });
    return result.build();
  };
}
