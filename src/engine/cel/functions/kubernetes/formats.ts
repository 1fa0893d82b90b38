import { QueryError } from "../../../errors.ts";
import { decodeBase64 } from "../../../jmespath/base64.ts";
import { parseTime, parseTimestamp } from "../../../jmespath/time-parse.ts";
import { CelError } from "../../values/cel-error.ts";
import { noValue, OptionalValue } from "../../values/objects.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import {
  asPrefix,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  qualifiedNameProblems,
} from "./name-formats.ts";
import { Opaque } from "./opaque.ts";
import { readUrl } from "./request-url.ts";

const source = "Kubernetes, CEL format library";

interface Format {
  readonly name: string;
  /** What is wrong with a text; nothing where it has the format. */
  readonly problems: (text: string) => readonly string[];
}

type FormatValue = Opaque<Format>;

function uriProblems(text: string): readonly string[] {
  try {
    readUrl(text);
    return [];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return [error.message.replace("URL parse error during conversion from string: ", "")];
  }
}

function isTime(read: (text: string) => unknown, text: string): boolean {
  try {
    read(text);
    return true;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return false;
  }
}

function whereNot(holds: (text: string) => boolean, problem: string): Format["problems"] {
  return (text) => (holds(text) ? [] : [problem]);
}

const uuidForm = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The format, a text that has it, and one that does not. */
const formats: readonly (readonly [
  name: string,
  problems: Format["problems"],
  valid: string,
  invalid: string,
])[] = [
  ["dns1123Label", dnsLabelProblems, "my-label", "My_label"],
  ["dns1123Subdomain", dnsSubdomainProblems, "apps.k8s.io", "-a"],
  ["dns1035Label", dns1035LabelProblems, "my-label", "1-label"],
  ["qualifiedName", qualifiedNameProblems, "apps.k8s.io/v1", "a/b/c"],
  ["dns1123LabelPrefix", asPrefix(dnsLabelProblems), "my-label-", "-a"],
  ["dns1123SubdomainPrefix", asPrefix(dnsSubdomainProblems), "apps.k8s-", "-a"],
  ["dns1035LabelPrefix", asPrefix(dns1035LabelProblems), "my-label-", "1-"],
  ["labelValue", labelValueProblems, "", "a b"],
  ["uri", uriProblems, "https://example.com", "example.com"],
  [
    "uuid",
    whereNot((text) => uuidForm.test(text), "does not match the UUID format"),
    "123e4567-e89b-12d3-a456-426614174000",
    "123",
  ],
  ["byte", whereNot((text) => decodeBase64(text).kind === "bytes", "invalid base64"), "aGVsbG8=", "!"],
  [
    "date",
    whereNot((text) => isTime((date) => parseTime("2006-01-02", date), text), "invalid date"),
    "2021-01-01",
    "1",
  ],
  [
    "datetime",
    whereNot((text) => isTime(parseTimestamp, text), "invalid datetime"),
    "2021-01-01T00:00:00Z",
    "1",
  ],
];

function formatValue(name: string, problems: Format["problems"]): FormatValue {
  return new Opaque("kubernetes.NamedFormat", { name, problems }, (left, right) => left.name === right.name);
}

const values = new Map(formats.map(([name, problems]) => [name, formatValue(name, problems)]));

function validate({ value }: FormatValue, text: string): OptionalValue {
  const problems = value.problems(text);
  return problems.length === 0 ? noValue : new OptionalValue(problems);
}

function named(name: string): OptionalValue {
  const value = values.get(name);
  return value === undefined ? noValue : new OptionalValue(value);
}

const constructors: readonly FunctionSpec[] = formats.map(([name, problems, valid, invalid]) => ({
  name: `format.${name}`,
  source,
  overloads: [
    {
      signature: `format.${name}(): kubernetes.NamedFormat`,
      call: () => values.get(name) ?? formatValue(name, problems),
    },
  ],
  examples: [
    [`format.${name}().validate('${valid}').hasValue()`, "false"],
    [`format.${name}().validate('${invalid}').value().size()`, "1"],
    [
      `format.${name}('a')`,
      { error: `found no matching overload for 'format.${name}' applied to '(string)'` },
    ],
  ],
}));

/** Named formats that texts are validated against. */
export const formatLibrary: Library = {
  name: "format",
  functions: [
    ...constructors,
    {
      name: "format.named",
      source,
      overloads: [{ signature: "format.named(string): optional(kubernetes.NamedFormat)", call: named }],
      examples: [
        ["format.named('uuid').hasValue()", "true"],
        ["format.named('unknown').hasValue()", "false"],
        ["format.named(dyn(1))", { error: "no such overload: format.named(int)" }],
      ],
    },
    {
      name: "validate",
      source,
      overloads: [
        {
          signature: "(kubernetes.NamedFormat).validate(string): optional(list(string))",
          call: validate,
          cost: (_format: FormatValue, text: string) => Math.ceil((1 + text.length) / 10) * 8,
        },
      ],
      examples: [
        ["format.uuid().validate('1').value()", "['does not match the UUID format']"],
        ["dyn(1).validate('a')", { error: "no such overload: validate(int, string)" }],
      ],
    },
  ],
};
