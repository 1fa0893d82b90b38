import PQueue from "p-queue";
import { WriteFenced } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Logger } from "#telemetry/logger.ts";
import { accessKey } from "./access-need.ts";
import type { AccessNeed } from "./access-need.ts";

/** Finds out which of the things that a policy needs this process may do. */
export interface RightsCheck {
  /**
   * The needs that authorization denies. Answers are remembered until `rightsChanged`, so that a hundred policies with the
   * same needs cost one question. What cannot be asked counts as allowed: the call itself will tell.
   */
  missing(needs: readonly AccessNeed[], signal: AbortSignal): Promise<readonly AccessNeed[]>;
  /** Roles or bindings are not what they were: everything is asked again when somebody wants to know. */
  rightsChanged(): void;
}

const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const concurrency = 4;
const maxAnswers = 10_000;

export function createRightsCheck(options: {
  readonly client: Pick<KubeClient, "review">;
  readonly log: Logger;
}): RightsCheck {
  const { client, log } = options;
  const queue = new PQueue({ concurrency });
  let answers = new Map<string, Promise<boolean>>();

  const ask = async (need: AccessNeed, signal: AbortSignal): Promise<boolean> => {
    const { verb, group, resource, subresource, namespace } = need;
    const answer = (await client.review(
      path,
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
      },
      { signal },
    )) as { readonly status?: { readonly allowed?: unknown } } | null;
    return answer?.status?.allowed !== false;
  };

  const isAllowed = (need: AccessNeed, signal: AbortSignal): Promise<boolean> => {
    const key = accessKey(need);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const current = answers;
    const asked = queue
      .add(() => ask(need, signal))
      .catch((error: unknown) => {
        // An answer that did not come is asked for again.
        current.delete(key);
        if (signal.aborted || error instanceof WriteFenced) throw error;
        log.debug("cannot ask for own rights", { ...need, error });
        return true;
      });
    // Whoever waits hears of a failure; nobody else has to.
    asked.catch(() => {});
    current.set(key, asked);
    if (current.size > maxAnswers) {
      const oldest = current.keys().next();
      if (oldest.done !== true) current.delete(oldest.value);
    }
    return asked;
  };

  return {
    async missing(needs, signal) {
      const allowed = await Promise.all(needs.map((need) => isAllowed(need, signal)));
      return needs.filter((_, index) => allowed[index] === false);
    },
    rightsChanged() {
      answers = new Map();
    },
  };
}
