import { fieldOf, listAt, mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { User } from "../rest/api-request.ts";
import { notImplemented } from "../errors/api-failure.ts";
import type { TokenAuthenticator } from "./authenticate.ts";
import type { Attributes, Authorizer } from "./authorize.ts";

/** Answers the questions of `authentication.k8s.io` and `authorization.k8s.io`. */
export function answerReview(
  kind: string,
  asked: JsonObject,
  by: User,
  {
    authenticator,
    authorizer,
    namespace,
  }: {
    readonly authenticator: TokenAuthenticator;
    readonly authorizer: Authorizer;
    readonly namespace: string;
  },
): JsonObject {
  switch (kind) {
    case "SelfSubjectReview":
      return { ...asked, status: { userInfo: userInfo(by) } };
    case "TokenReview": {
      const user = authenticator.userOf(textAt(asked, "spec", "token"));
      const status = user === undefined ? { user: {} } : { authenticated: true, user: userInfo(user) };
      return { ...asked, status };
    }
    case "SelfSubjectAccessReview":
      return { ...asked, status: decide(authorizer, by, asked) };
    case "SubjectAccessReview":
    case "LocalSubjectAccessReview": {
      const user = {
        name: textAt(asked, "spec", "user"),
        groups: listAt(asked, "spec", "groups").map(String),
      };
      return { ...asked, status: decide(authorizer, user, asked, namespace) };
    }
    case "SelfSubjectRulesReview":
      return { ...asked, status: rulesStatus(authorizer, by, textAt(asked, "spec", "namespace")) };
    default:
      throw notImplemented(kind);
  }
}

function userInfo({ name, uid, groups }: User): JsonObject {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups };
}

function decide(authorizer: Authorizer, user: User, asked: JsonObject, home = ""): JsonObject {
  const resource = mapAt(asked, "spec", "resourceAttributes");
  const path = textAt(asked, "spec", "nonResourceAttributes", "path");
  const wanted: Attributes = {
    verb: textAt(resource, "verb") || textAt(asked, "spec", "nonResourceAttributes", "verb"),
    group: textAt(resource, "group"),
    resource: textAt(resource, "resource"),
    subresource: textAt(resource, "subresource"),
    namespace: textAt(resource, "namespace") || home,
    name: textAt(resource, "name"),
    ...(fieldOf(fieldOf(asked, "spec"), "nonResourceAttributes") === undefined ? {} : { path }),
  };
  return { allowed: authorizer.isAllowed(user, wanted) };
}

function rulesStatus(authorizer: Authorizer, user: User, namespace: string): JsonObject {
  const isAdministrator = user.groups.includes("system:masters");
  const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  const rules = isAdministrator ? [everything] : authorizer.rulesOf(user, namespace);
  const paths = rules.filter((rule) => listAt(rule, "nonResourceURLs").length > 0);
  return {
    resourceRules: rules.filter((rule) => listAt(rule, "resources").length > 0),
    nonResourceRules: isAdministrator ? [{ verbs: ["*"], nonResourceURLs: ["*"] }] : paths,
    incomplete: false,
  };
}
