import { anyJson, array, boolean, map, object, optional, string } from "#api/schema/build.ts";
import type { Infer } from "#api/schema/schema.ts";

const typeMeta = { apiVersion: string({ minLength: 1 }), kind: string({ minLength: 1 }) };
const metadata = optional(anyJson());
const variables = optional(map(anyJson()));

const apiResource = object({
  name: string({ minLength: 1 }),
  kind: string({ minLength: 1 }),
  group: optional(string()),
  version: string({ minLength: 1 }),
  singularName: optional(string()),
  namespaced: optional(boolean()),
  verbs: optional(array(string())),
  shortNames: optional(array(string())),
  categories: optional(array(string())),
  storageVersionHash: optional(string()),
});

/** What a values file says beside its type; a test may hold it in itself. */
const valueFields = {
  globalValues: variables,
  policies: optional(
    array(
      object({
        name: string(),
        resources: optional(array(object({ name: string(), values: variables }))),
        rules: optional(
          array(
            object({
              name: string(),
              values: variables,
              foreachValues: optional(map(array(anyJson()))),
            }),
          ),
        ),
      }),
    ),
  ),
  namespaceSelector: optional(array(object({ name: string(), labels: optional(map(string())) }))),
  namespaces: optional(array(anyJson())),
  subresources: optional(array(object({ subresource: apiResource, parentResource: apiResource }))),
};
const values = object({ ...typeMeta, metadata, ...valueFields });

/** Values inside of a test. */
export const inlineValuesSchema = object(valueFields);

/** A values file of Kyverno's command line (`cli.kyverno.io/v1alpha1`). */
export const valuesSchema = values;

/** What a values file says. */
export interface ValuesFile extends Infer<typeof inlineValuesSchema> {}

const userInfo = object({
  ...typeMeta,
  metadata,
  roles: optional(array(string())),
  clusterRoles: optional(array(string())),
  userInfo: optional(
    object({
      username: optional(string()),
      uid: optional(string()),
      groups: optional(array(string())),
      extra: optional(map(array(string()))),
    }),
  ),
  synchronize: optional(anyJson()),
});

/** A user info file of Kyverno's command line. */
export const userInfoSchema = userInfo;

/** What a user info file says. */
export interface UserInfoFile extends Infer<typeof userInfo> {}
