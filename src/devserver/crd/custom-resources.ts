import { isObject, listAt, mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { renamingConversion } from "../resources/conversions.ts";
import type { Collection, ServedResource } from "../resources/served-resource.ts";
import { customPrinter } from "../tables/custom-printer.ts";
import { compareVersions } from "./compare-versions.ts";
import { compileRootSchema } from "./compile-schema.ts";

const verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** What a CRD serves: one resource per served version, the preferred version first. */
export function buildCustomResources(crd: JsonObject): readonly ServedResource[] {
  const group = textAt(crd, "spec", "group");
  const names = mapAt(crd, "spec", "names");
  const resource = textAt(names, "plural");
  const versions = listAt(crd, "spec", "versions").filter(isObject);
  const storage = versions.find((version) => version["storage"] === true);
  const storedAs = `${group}/${textAt(storage, "name")}`;
  const hasStatus = versions.some((version) => isObject(mapAt(version, "subresources")["status"]));
  const collection: Collection = {
    id: `${group}/${resource}`,
    group,
    resource,
    storedAs,
    strategy: {
      hasGeneration: true,
      returnsDeleted: false,
      needsResourceVersion: true,
      createsOnUpdate: false,
      ...(hasStatus ? { prepareCreate: (draft) => void delete draft["status"] } : {}),
    },
  };
  return versions
    .filter((version) => version["served"] === true)
    .sort((a, b) => compareVersions(textAt(a, "name"), textAt(b, "name")))
    .map((version) => buildVersion(crd, version, collection));
}

function buildVersion(crd: JsonObject, raw: JsonObject, collection: Collection): ServedResource {
  const { group, resource, storedAs } = collection;
  const names = mapAt(crd, "spec", "names");
  const kind = textAt(names, "kind");
  const version = textAt(raw, "name");
  const subresources = mapAt(raw, "subresources");
  const scale = subresources["scale"];
  const selectorPath = textAt(scale, "labelSelectorPath");
  const servedAs = `${group}/${version}`;
  return {
    group,
    version,
    resource,
    kind,
    listKind: textAt(names, "listKind") || `${kind}List`,
    singular: textAt(names, "singular") || kind.toLowerCase(),
    namespaced: textAt(crd, "spec", "scope") === "Namespaced",
    shortNames: listAt(names, "shortNames").map(String),
    categories: listAt(names, "categories").map(String),
    subresources: [
      ...(isObject(scale) ? ["scale"] : []),
      ...(isObject(subresources["status"]) ? ["status"] : []),
    ],
    verbs,
    schema: compileRootSchema(mapAt(raw, "schema", "openAPIV3Schema")),
    collection,
    isCustom: true,
    printer: customPrinter(listAt(raw, "additionalPrinterColumns")),
    selectableFields: listAt(raw, "selectableFields").map((field) =>
      textAt(field, "jsonPath").replace(/^\./, ""),
    ),
    ...(isObject(scale)
      ? {
          scale: {
            specPath: textAt(scale, "specReplicasPath"),
            statusPath: textAt(scale, "statusReplicasPath"),
            ...(selectorPath === "" ? {} : { selectorPath }),
          },
        }
      : {}),
    ...(raw["deprecated"] === true
      ? { deprecationWarning: textAt(raw, "deprecationWarning") || `${servedAs} ${kind} is deprecated` }
      : {}),
    ...renamingConversion(servedAs, storedAs),
  };
}
