import { fieldOf, isObject, listAt, mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { User } from "../rest/api-request.ts";
import { selectorMatches } from "../storage/label-selector.ts";
import type { Store } from "../storage/store.ts";

/** What somebody wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of requests on no resource; `group` and the like are empty then. */
  readonly path?: string;
}

const rbac = "rbac.authorization.k8s.io";
const administrators = "system:masters";

/** Paths and questions that every authenticated user may ask, as the API server's bootstrap roles allow. */
const publicPaths = /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/;
const publicReviews: ReadonlySet<string> = new Set([
  "selfsubjectreviews",
  "selfsubjectaccessreviews",
  "selfsubjectrulesreviews",
]);

/** Role-based access control over the roles and bindings in the store. */
export class Authorizer {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  isAllowed(user: User, wanted: Attributes): boolean {
    if (user.groups.includes(administrators)) return true;
    if (wanted.path !== undefined && wanted.verb === "get" && publicPaths.test(wanted.path)) return true;
    if (publicReviews.has(wanted.resource) && wanted.verb === "create") return true;
    return this.rulesOf(user, wanted.namespace).some((rule) => allows(rule, wanted));
  }

  /** Every rule that is in force for the user in a namespace. */
  rulesOf(user: User, namespace: string): readonly JsonObject[] {
    const everywhere = this.#list("clusterrolebindings").filter((binding) => binds(binding, user, ""));
    const here = this.#list("rolebindings").filter(
      (binding) =>
        namespace !== "" &&
        textAt(binding, "metadata", "namespace") === namespace &&
        binds(binding, user, namespace),
    );
    return [...everywhere, ...here].flatMap((binding) => this.#rulesOfRole(binding));
  }

  #list(resource: string): readonly JsonObject[] {
    return this.#store.list(`${rbac}/${resource}`).map(([, object]) => object);
  }

  #rulesOfRole(binding: JsonObject): readonly JsonObject[] {
    const name = textAt(binding, "roleRef", "name");
    if (textAt(binding, "roleRef", "kind") === "Role") {
      const namespace = textAt(binding, "metadata", "namespace");
      return rulesIn(this.#store.get(`${rbac}/roles`, `${namespace}/${name}`));
    }
    return this.#rulesOfClusterRole(this.#store.get(`${rbac}/clusterroles`, name), new Set());
  }

  /** Roles that aggregate others have the rules of all that their selectors choose, and so on. */
  #rulesOfClusterRole(role: JsonObject | undefined, seen: Set<JsonObject>): readonly JsonObject[] {
    if (role === undefined || seen.has(role)) return [];
    seen.add(role);
    const selectors = listAt(role, "aggregationRule", "clusterRoleSelectors");
    if (selectors.length === 0) return rulesIn(role);
    return this.#list("clusterroles")
      .filter((one) =>
        selectors.some((selector) => selectorMatches(selector, mapAt(one, "metadata", "labels"))),
      )
      .flatMap((one) => this.#rulesOfClusterRole(one, seen));
  }
}

function rulesIn(role: JsonObject | undefined): readonly JsonObject[] {
  return listAt(role, "rules").filter(isObject);
}

function binds(binding: JsonObject, user: User, home: string): boolean {
  return listAt(binding, "subjects").some((subject) => {
    const name = textAt(subject, "name");
    switch (textAt(subject, "kind")) {
      case "User":
        return name === user.name;
      case "Group":
        return user.groups.includes(name);
      case "ServiceAccount": {
        const namespace = textAt(subject, "namespace") || home;
        return user.name === `system:serviceaccount:${namespace}:${name}`;
      }
      default:
        return false;
    }
  });
}

function has(list: readonly unknown[], value: string): boolean {
  return list.includes("*") || list.includes(value);
}

function allows(rule: JsonObject, wanted: Attributes): boolean {
  if (!has(listAt(rule, "verbs"), wanted.verb)) return false;
  if (wanted.path !== undefined)
    return listAt(rule, "nonResourceURLs").some((url) => pathMatches(url, wanted.path ?? ""));
  if (!has(listAt(rule, "apiGroups"), wanted.group)) return false;
  const resources = listAt(rule, "resources");
  const full = wanted.subresource === "" ? wanted.resource : `${wanted.resource}/${wanted.subresource}`;
  const isNamed =
    has(resources, full) || (wanted.subresource !== "" && resources.includes(`*/${wanted.subresource}`));
  const names = fieldOf(rule, "resourceNames");
  return isNamed && (!Array.isArray(names) || names.length === 0 || names.includes(wanted.name));
}

function pathMatches(url: unknown, path: string): boolean {
  const text = String(url);
  return text === "*" || text === path || (text.endsWith("*") && path.startsWith(text.slice(0, -1)));
}
