import type { SeededRandom } from "#test/faults/seeded-random.ts";

/** An expression made by chance. */
export interface RandomExpression {
  readonly text: string;
  /** False where it walks through a map, whose order is Go's own: costs and first errors may differ. */
  readonly isOrdered: boolean;
}

type Kind =
  | "bool"
  | "bytes"
  | "cidr"
  | "double"
  | "duration"
  | "dyn"
  | "int"
  | "ints"
  | "ip"
  | "map"
  | "optional"
  | "quantity"
  | "semver"
  | "string"
  | "strings"
  | "timestamp"
  | "uint"
  | "url";

const kinds: readonly Kind[] = [
  "bool",
  "bytes",
  "double",
  "duration",
  "dyn",
  "int",
  "ints",
  "map",
  "optional",
  "string",
  "strings",
  "timestamp",
  "uint",
];

/** The share of values of another type than the one that fits. */
const misfits = 0.03;
const maxDepth = 5;

interface Local {
  readonly name: string;
  readonly kind: Kind;
}

/**
 * Expressions by templates: in each, `$int` stands for any expression that gives an int. Names of variables of loops are
 * made up, so that loops stand within loops.
 */
const templates: Readonly<Record<Kind, readonly string[]>> = {
  bool: [
    "true",
    "false",
    "$bool && $bool",
    "$bool || $bool",
    "!$bool",
    "$bool ? $bool : $bool",
    "$int == $int",
    "$int != $int",
    "$int < $int",
    "$int <= $double",
    "$uint > $int",
    "$double >= $double",
    "$string == $string",
    "$string < $string",
    "$bytes == $bytes",
    "$duration < $duration",
    "$timestamp > $timestamp",
    "$dyn == $dyn",
    "$dyn == $int",
    "$dyn < $int",
    "$dyn == null",
    "$ints == $ints",
    "$map == $map",
    "$int in $ints",
    "$string in $map",
    "$string in $strings",
    "$dyn in $ints",
    "$string.contains($string)",
    "$string.startsWith($string)",
    "$string.endsWith($string)",
    "$string.matches('$regex')",
    "has(object.$field)",
    "has(object.$field.$field)",
    "has($map.$field)",
    "$ints.all(@int, $bool)",
    "$ints.exists(@int, $bool)",
    "$ints.exists_one(@int, $bool)",
    "$strings.all(@string, $bool)",
    "$strings.exists(@string, $bool)",
    "object.list.all(@dyn, $bool)",
    "object.items.exists(@dyn, $bool)",
    "%$map.exists(@string, $bool)",
    "%$map.all(@string, $bool)",
    "$ints.all(@int, @int, $bool)",
    "$optional.hasValue()",
    "$ints.isSorted()",
    "sets.contains($ints, $ints)",
    "sets.intersects($strings, $strings)",
    "$quantity.isLessThan($quantity)",
    "$quantity == $quantity",
    "isQuantity($string)",
    "isURL($string)",
    "isIP($string)",
    "isSemver($string)",
    "$semver.isGreaterThan($semver)",
    "$cidr.containsIP($ip)",
    "bool($string)",
    "type($dyn) == type($dyn)",
    "type($int) == int",
    "format.dns1123Label().validate($string).hasValue()",
  ],
  bytes: ["b'abc'", "b''", "b'\\xff\\x00'", "bytes($string)", "$bytes + $bytes", "base64.decode('aGVsbG8=')"],
  cidr: ["cidr('10.0.0.0/8')", "cidr('192.168.1.0/24')", "cidr('2001:db8::/32')", "cidr($string)"],
  double: [
    "1.5",
    "0.0",
    "-2.25",
    "1e3",
    "$double + $double",
    "$double - $double",
    "$double * $double",
    "$double / $double",
    "-$double",
    "double($int)",
    "double($string)",
    "double($uint)",
    "$bool ? $double : $double",
    "$quantity.asApproximateFloat()",
  ],
  duration: [
    "duration('1h30m')",
    "duration('1.5s')",
    "duration($string)",
    "$duration + $duration",
    "$duration - $duration",
    "$timestamp - $timestamp",
  ],
  dyn: [
    "object.$field",
    "object.$field.$field",
    "object[$string]",
    "object.list[$int]",
    "dyn($int)",
    "dyn($string)",
    "dyn($double)",
    "dyn($ints)",
    "dyn(null)",
    "$dyn.$field",
    "$dyn[$int]",
    "$dyn + $dyn",
    "object.items.map(@dyn, $dyn)",
    "object.items.filter(@dyn, $bool)",
    "object.items[0].$field",
    "$map.$field",
    "object.?$field.orValue($int)",
    "$bool ? $dyn : $int",
  ],
  int: [
    "0",
    "1",
    "-7",
    "42",
    "9223372036854775807",
    "9007199254740993",
    "$int + $int",
    "$int - $int",
    "$int * $int",
    "$int / $int",
    "$int % $int",
    "-$int",
    "int($double)",
    "int($string)",
    "int($uint)",
    "int($timestamp)",
    "size($string)",
    "$string.size()",
    "size($ints)",
    "size($map)",
    "size($bytes)",
    "$bool ? $int : $int",
    "$ints[$int]",
    "$ints.sum()",
    "$ints.min()",
    "$ints.max()",
    "$ints.indexOf($int)",
    "$strings.lastIndexOf($string)",
    "$string.indexOf($string)",
    "$string.lastIndexOf($string)",
    "$string.indexOf($string, $int)",
    "$timestamp.getFullYear()",
    "$timestamp.getMonth()",
    "$timestamp.getDayOfYear()",
    "$timestamp.getHours('+05:30')",
    "$duration.getMinutes()",
    "$duration.getMilliseconds()",
    "$quantity.asInteger()",
    "$quantity.compareTo($quantity)",
    "sign($quantity)",
    "$semver.major()",
    "$semver.compareTo($semver)",
    "$ip.family()",
    "$cidr.prefixLength()",
    "cel.bind(@int, $int, $int)",
    "$optional.orValue($int)",
  ],
  ints: [
    "[]",
    "[$int]",
    "[$int, $int]",
    "[$int, $int, $int]",
    "$ints + $ints",
    "$ints.map(@int, $int)",
    "$ints.map(@int, $bool, $int)",
    "$ints.filter(@int, $bool)",
    "$strings.map(@string, $int)",
    "$bool ? $ints : $ints",
    "[?$optional]",
    "$ints.transformList(@int, @int, $int)",
    "$ints.transformList(@int, @int, $bool, $int)",
    "$ints.reverse()",
    "$ints.distinct()",
    "$ints.sort()",
    "$ints.slice(0, $int)",
    "lists.range(3)",
    "$ints.sortBy(@int, $int)",
  ],
  ip: ["ip('10.1.2.3')", "ip('::1')", "ip('192.168.1.7')", "ip($string)"],
  map: [
    "{}",
    "{'a': $int}",
    "{'b': $int, 'c': $int}",
    "{$string: $int}",
    "{?'a': $optional}",
    "%$map.transformMap(@string, @int, $int)",
    "$ints.transformMapEntry(@int, @int, {string(@@): $int})",
    "$bool ? $map : $map",
  ],
  optional: [
    "optional.of($int)",
    "optional.none()",
    "$map.?$field",
    "$ints[?$int]",
    "$map[?$string]",
    "$optional.or($optional)",
    "$optional.optMap(@int, $int)",
    "$optional.optFlatMap(@int, $optional)",
    "optional.ofNonZeroValue($int)",
    "$ints.first()",
    "$ints.last()",
  ],
  quantity: [
    "quantity('1500m')",
    "quantity('2Gi')",
    "quantity('1e3')",
    "quantity($string)",
    "$quantity.add($quantity)",
    "$quantity.sub($int)",
  ],
  semver: ["semver('1.2.3')", "semver('2.0.0-rc.1')", "semver($string)", "semver('v1.2', true)"],
  string: [
    "''",
    "'a'",
    "'abc'",
    "'Shop.example'",
    "'é😀'",
    "'10'",
    "'1.5'",
    "'1h'",
    "'2024-02-29T23:05:07Z'",
    "'10.0.0.1'",
    "'1.2.3'",
    "$string + $string",
    "string($int)",
    "string($double)",
    "string($uint)",
    "string($bool)",
    "string($bytes)",
    "string($duration)",
    "string($timestamp)",
    "$strings[$int]",
    "$bool ? $string : $string",
    "$string.lowerAscii()",
    "$string.upperAscii()",
    "$string.trim()",
    "$string.replace($string, $string)",
    "$string.replace($string, $string, $int)",
    "$string.substring($int)",
    "$string.substring($int, $int)",
    "$string.charAt($int)",
    "$strings.join($string)",
    "$strings.join()",
    "$string.find('$regex')",
    "'%d %s'.format([$int, $string])",
    "'%s'.format([$dyn])",
    "'%.2f|%e'.format([$double, $double])",
    "'%x %b'.format([$int, $int])",
    "'%s'.format([$ints])",
    "strings.quote($string)",
    "base64.encode($bytes)",
    "url('https://shop.example:8443/a/b?k=1&k=2#f').getHost()",
    "$url.getHostname()",
    "$url.getPort()",
    "$url.getEscapedPath()",
    "string($ip)",
  ],
  strings: [
    "['a', $string]",
    "[$string]",
    "$strings + $strings",
    "$string.split($string)",
    "$string.split($string, $int)",
    "$strings.map(@string, $string)",
    "$strings.filter(@string, $bool)",
    "$string.findAll('$regex')",
    "$strings.sort()",
    "$strings.distinct()",
    "$strings.reverse()",
    "%$map.map(@string, 'k')",
  ],
  timestamp: [
    "timestamp('2024-02-29T23:05:07.25Z')",
    "timestamp('1969-12-31T23:59:59Z')",
    "timestamp(1700000000)",
    "timestamp($string)",
    "$timestamp + $duration",
    "$timestamp - $duration",
  ],
  uint: [
    "0u",
    "7u",
    "18446744073709551615u",
    "$uint + $uint",
    "$uint - $uint",
    "$uint * $uint",
    "$uint / $uint",
    "$uint % $uint",
    "uint($int)",
    "uint($double)",
    "uint($string)",
    "$bool ? $uint : $uint",
  ],
  url: ["url('https://shop.example/a')", "url('http://[::1]:80/')", "url($string)", "url('/path?x=1')"],
};

/** Templates that hold no others: where an expression is deep enough. */
function leavesOf(kind: Kind): readonly string[] {
  const leaves = templates[kind].filter((text) => !/[$@%]/.test(text));
  return leaves.length > 0 ? leaves : templates[kind];
}

const fields = ["n", "s", "f", "list", "items", "missing", "nil", "m", "a", "name"];
const regexes = ["a+", "^[a-z]*$", "(b|c)", "[0-9]+", "\\\\d", "", "a{2,3}", "x*"];

/** An expression; the same state of chance gives the same one. */
export function randomExpression(random: SeededRandom): RandomExpression {
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  let isOrdered = true;
  let count = 0;

  const write = (wanted: Kind, depth: number, locals: readonly Local[]): string => {
    const kind = random.chance(misfits) ? pick(kinds) : wanted;
    const known = locals.filter((local) => local.kind === kind);
    if (known.length > 0 && random.chance(0.4)) return pick(known).name;
    return fill(pick(depth >= maxDepth ? leavesOf(kind) : templates[kind]), depth, locals);
  };

  const fill = (template: string, depth: number, locals: readonly Local[]): string => {
    const inner = [...locals];
    const text = template.startsWith("%") ? template.slice(1) : template;
    if (text !== template) isOrdered = false;
    return text.replaceAll(/\$([a-z]+)|@@|@([a-z]+)/g, (whole, name: string | undefined, loop?: string) => {
      if (whole === "@@") return inner.at(-1)?.name ?? "0";
      if (loop !== undefined) {
        const local = { name: `v${count++}`, kind: loop as Kind };
        inner.push(local);
        return local.name;
      }
      if (name === "field") return pick(fields);
      if (name === "regex") return pick(regexes);
      return bracketed(write(name as Kind, depth + 1, inner));
    });
  };

  const text = write(pick(kinds), 0, []);
  return { text, isOrdered };
}

/** Brackets around what could be read as parts of something else. */
function bracketed(text: string): string {
  return /^(?:[\w.]+|'[^']*'|\w+\([^()]*\))$/.test(text) ? text : `(${text})`;
}

/** Objects that expressions are evaluated for. */
export const fuzzObjects: readonly Readonly<Record<string, unknown>>[] = [
  {},
  {
    n: 3,
    s: "abc",
    f: 1.5,
    null: null,
    list: [1, 2, 3],
    items: [{ name: "a" }, { n: 1 }],
    m: { a: 1, s: "x" },
  },
  { n: "text", s: 7, f: 2, list: ["a", 1, null], items: [], m: [], a: { a: { a: {} } }, name: "shop" },
  { n: -1, s: "", f: 0.1, list: [[1], [2]], items: [{ name: "b", m: { name: 2 } }], m: {}, name: ["x"] },
];
