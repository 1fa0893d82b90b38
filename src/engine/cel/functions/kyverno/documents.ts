import { QueryError } from "../../../errors.ts";
import { decodeJson } from "../../../jmespath/json-decode.ts";
import { yamlToJson } from "../../../jmespath/yaml-to-json.ts";
import { traversalCost } from "../../compile/sizes.ts";
import { CelError, noSuchOverload } from "../../values/cel-error.ts";
import { typeNameOf } from "../../values/cel-value.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { jsonOf } from "../../values/json-of.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, Library } from "../function-spec.ts";
import { jsonText } from "../json-text.ts";

const maxYamlLength = 1024 * 1024;

/** JSON as a value. All its numbers are doubles, as in Go. */
function unmarshal(text: CelValue, context: CallContext): CelValue {
  if (typeof text !== "string") throw noSuchOverload(`json.unmarshal(${typeNameOf(text)})`);
  context.spend(traversalCost(text));
  const decoded = decodeJson(text);
  if (decoded.kind === "failed") throw new CelError(decoded.message);
  return withDoubles(decoded.value, context);
}

function marshal(value: CelValue, context: CallContext): string {
  return jsonText(jsonOf(value), context);
}

function parseYaml(text: string, context: CallContext): CelValue {
  // Reading YAML costs a multiple of reading JSON.
  context.spend(text.length);
  if (text.length > maxYamlLength)
    throw new CelError(`YAML of more than ${maxYamlLength} characters is not read`);
  try {
    return unmarshal(yamlToJson(text), context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new CelError(`error converting YAML to JSON: ${error.message}`);
  }
}

/** JSON and YAML as values. */
export const documentsLibrary: Library = {
  name: "documents",
  functions: [
    {
      name: "json.unmarshal",
      source: "Kyverno, json library",
      overloads: [{ signature: "json.unmarshal(dyn): dyn", call: unmarshal }],
      examples: [
        ["type(json.unmarshal('{\"a\": 1}').a)", "double"],
        ["json.unmarshal('[1, null]') == [1, null]", "true"],
        ["json.unmarshal('b')", { error: "invalid character 'b' looking for beginning of value" }],
      ],
    },
    {
      name: "json.marshal",
      source: "Kyverno, json library",
      overloads: [{ signature: "json.marshal(dyn): string", call: marshal }],
      examples: [
        ["json.marshal({'b': 1, 'a': dyn([true, null])})", '\'{"a":[true,null],"b":1}\''],
        ["json.marshal(1.0)", "'1'"],
        ["json.marshal(0.0 / 0.0)", { error: "json: unsupported value: NaN" }],
      ],
    },
    {
      name: "yaml.parse",
      source: "Kyverno, yaml library",
      overloads: [{ signature: "yaml.parse(string): dyn", call: parseYaml }],
      examples: [
        ["yaml.parse('a: 1\\nb: [x]').b[0]", "'x'"],
        ["yaml.parse(dyn(1))", { error: "no such overload: yaml.parse(int)" }],
      ],
    },
  ],
};
