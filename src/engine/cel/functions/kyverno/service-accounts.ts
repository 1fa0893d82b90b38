import { namedType, stringType } from "../../types/cel-type.ts";
import type { CelType } from "../../types/cel-type.ts";
import type { CelValue } from "../../values/cel-value.ts";
import type { Library } from "../function-spec.ts";

const prefix = "system:serviceaccount:";
const typeName = "user.ServiceAccount";

/** The fields of what `parseServiceAccount` gives. */
export const serviceAccountStruct = {
  name: typeName,
  fieldType: (field: string): CelType | undefined =>
    field === "Name" || field === "Namespace" ? stringType : undefined,
};

/** The namespace and name in a service account's user name; both empty for any other user. */
function parseServiceAccount(user: string): CelValue {
  const rest = user.startsWith(prefix) ? user.slice(prefix.length) : "";
  const colon = rest.indexOf(":");
  if (colon < 0) return { Name: "", Namespace: "" };
  return { Name: rest.slice(colon + 1), Namespace: rest.slice(0, colon) };
}

/** User names. */
export const userLibrary: Library = {
  name: "user",
  functions: [
    {
      name: "parseServiceAccount",
      source: "Kyverno, user library",
      overloads: ["parseServiceAccount", "user.parseServiceAccount"].map((name) => ({
        signature: `${name}(string): ${namedType(typeName).name}`,
        call: parseServiceAccount,
      })),
      examples: [
        ["parseServiceAccount('system:serviceaccount:shop:a:b').Name", "'a:b'"],
        ["user.parseServiceAccount('alice').Namespace", "''"],
        ["parseServiceAccount(dyn(1))", { error: "no such overload: parseServiceAccount(int)" }],
        ["parseServiceAccount('alice').name", { error: "undefined field 'name'" }],
      ],
    },
  ],
};
