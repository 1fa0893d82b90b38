import { builtinType, builtinTypeName } from "../builtin/builtin-types.ts";
import { resourceTable, storedElsewhere } from "../builtin/resource-table.ts";
import { printerOf } from "../tables/printers.ts";
import { conversionOf } from "./conversions.ts";
import { apiVersionText } from "./served-resource.ts";
import type { Collection, ServedResource } from "./served-resource.ts";
import { selectableFieldsOf } from "./selectable-fields.ts";
import { strategyOf } from "./strategies.ts";

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

function wordList(text: string | undefined): readonly string[] {
  return text === undefined || text === "-" ? [] : text.split(",");
}

/** Everything built in, in the order of preference. */
export function buildBuiltinResources(): readonly ServedResource[] {
  const collections = new Map<string, Collection>();
  const served: ServedResource[] = [];
  let group = "";
  let version = "";
  for (const line of resourceTable.trim().split("\n")) {
    const [resource = "", kind = "", scope, shortNames, categories, subresources] = line.split(" ");
    if (scope === undefined) {
      const slash = resource.indexOf("/");
      group = slash < 0 ? "" : resource.slice(0, slash);
      version = resource.slice(slash + 1);
      continue;
    }
    const here = `${apiVersionText({ group, version })}/${resource}`;
    const home = storedElsewhere[here] ?? here;
    const collection = collections.get(home) ?? buildCollection(home, kind);
    collections.set(home, collection);
    served.push({
      group,
      version,
      resource,
      kind,
      listKind: `${kind}List`,
      singular: kind.toLowerCase(),
      namespaced: scope === "Namespaced",
      shortNames: wordList(shortNames),
      categories: wordList(categories),
      subresources: wordList(subresources),
      verbs: kind === "Namespace" ? allVerbs.filter((verb) => verb !== "deletecollection") : allVerbs,
      schema: builtinType(builtinTypeName(group, version, kind)),
      collection,
      isCustom: false,
      printer: printerOf(kind),
      selectableFields: selectableFieldsOf(group, kind),
      ...conversionOf(here),
    });
  }
  return served;
}

function buildCollection(home: string, kind: string): Collection {
  const parts = home.split("/");
  const resource = parts.pop() ?? "";
  const group = parts.length === 2 ? (parts[0] ?? "") : "";
  return {
    id: `${group}/${resource}`,
    group,
    resource,
    storedAs: parts.join("/"),
    strategy: strategyOf(kind),
  };
}
