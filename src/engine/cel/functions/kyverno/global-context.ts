import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, Library, Overload } from "../function-spec.ts";

/** The data of a GlobalContextEntry, null where there is no such entry. An empty projection means all of it. */
function get(entry: string, projection: string, context: CallContext): CelValue {
  const answer = context.ask({
    kind: "globalReference",
    entry,
    ...(projection === "" ? {} : { projection }),
  });
  switch (answer.kind) {
    case "value":
      return withDoubles(answer.value, context);
    case "unavailable":
      return null;
    case "failed":
      if (answer.status === 404) return null;
      throw new CelError(`failed to get global reference: ${answer.message}`);
    default:
      return answer satisfies never;
  }
}

const overloads = ["Get", "get"].flatMap((name): readonly Overload[] => [
  {
    signature: `globalContext.${name}(string): dyn`,
    call: (entry: string, context: CallContext) => get(entry, "", context),
  },
  { signature: `globalContext.${name}(string, string): dyn`, call: get },
]);

/** Data that is kept for all policies together. */
export const globalContextLibrary: Library = {
  name: "globalContext",
  functions: [
    {
      name: "globalContext.Get",
      source: "Kyverno, globalcontext library",
      overloads,
      examples: [
        ["globalContext.Get('teams').shop", "'ada'"],
        ["globalContext.get('teams', 'names')[0]", "'shop'"],
        ["globalContext.Get('nothing') == null", "true"],
        ["globalContext.Get('broken')", { error: "failed to get global reference: it cannot be read" }],
      ],
    },
  ],
};
