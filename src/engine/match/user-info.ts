import type { Subject } from "#api/kyverno/match.ts";

import type { RequestUser } from "../input.ts";
import { matchesWildcard } from "../values/wildcard.ts";

/** The part of a filter that says who asks. */
export interface UserFilter {
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
  readonly subjects: readonly Subject[];
}

const nobody: RequestUser = { username: "", groups: [], roles: [], clusterRoles: [] };

/** True where the filter names anybody at all. */
export function hasUserFilter(filter: UserFilter): boolean {
  return filter.roles.length > 0 || filter.clusterRoles.length > 0 || filter.subjects.length > 0;
}

/**
 * True where the user satisfies every part of the filter that is not empty. Without a user (a scan) the filter is held
 * against an empty one, which only a User or ServiceAccount pattern that accepts the empty text matches.
 */
export function matchesUser(filter: UserFilter, known: RequestUser | undefined): boolean {
  const user = known ?? nobody;
  if (filter.roles.length > 0 && !filter.roles.some((role) => user.roles.includes(role))) return false;
  if (
    filter.clusterRoles.length > 0 &&
    !filter.clusterRoles.some((role) => user.clusterRoles.includes(role))
  ) {
    return false;
  }
  return filter.subjects.length === 0 || filter.subjects.some((subject) => matchesSubject(subject, user));
}

function matchesSubject(subject: Subject, user: RequestUser): boolean {
  switch (subject.kind) {
    case "ServiceAccount":
      return matchesWildcard(
        `system:serviceaccount:${subject.namespace ?? ""}:${subject.name}`,
        user.username,
      );
    case "User":
      return matchesWildcard(subject.name, user.username);
    case "Group":
      return user.groups.some((group) => matchesWildcard(subject.name, group));
    default:
      return false;
  }
}
