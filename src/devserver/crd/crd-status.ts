import { isObject, listAt, mapAt, textAt, valueAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";

/**
 * Sets the status that the API server's own controllers would set in the moments after a CRD was written: names accepted
 * and established at once. `takenBy` says which other CRD of the group holds a name already.
 */
export function settleStatus(draft: Draft, now: string, takenBy: string | undefined): void {
  const status = isObject(draft["status"]) ? { ...draft["status"] } : {};
  const storage = listAt(draft, "spec", "versions").find(
    (version) => isObject(version) && version["storage"] === true,
  );
  const stored = listAt(status, "storedVersions").map(String);
  const name = textAt(storage, "name");
  const conditions = listAt(status, "conditions").filter(isObject);
  const accepted =
    takenBy === undefined
      ? condition("NamesAccepted", "True", "NoConflicts", "no conflicts found")
      : condition("NamesAccepted", "False", "NamesConflict", `names are already in use by ${takenBy}`);
  const established =
    takenBy === undefined
      ? condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
      : condition("Established", "False", "NotAccepted", "not all names are accepted");
  draft["status"] = {
    ...status,
    acceptedNames: takenBy === undefined ? { ...mapAt(draft, "spec", "names") } : { kind: "", plural: "" },
    conditions: [
      withTime(accepted, conditions, now),
      withTime(established, conditions, now),
      ...conditions.filter(({ type }) => type !== "NamesAccepted" && type !== "Established"),
    ],
    storedVersions: stored.includes(name) ? stored : [...stored, name],
  };
}

function condition(type: string, status: string, reason: string, message: string): JsonObject {
  return { message, reason, status, type };
}

/** The time of a condition moves only when its status does. */
function withTime(wanted: JsonObject, before: readonly JsonObject[], now: string): JsonObject {
  const old = before.find((one) => one["type"] === wanted["type"] && one["status"] === wanted["status"]);
  const time = textAt(old, "lastTransitionTime");
  return { lastTransitionTime: time === "" ? now : time, ...wanted };
}

/** True where the CRD is established: its kinds are served. */
export function isEstablished(crd: JsonObject): boolean {
  return listAt(crd, "status", "conditions").some(
    (one) => valueAt(one, "type") === "Established" && valueAt(one, "status") === "True",
  );
}
