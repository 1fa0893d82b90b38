import type {
  ContextAnswer,
  ContextRequest,
  ContextSource,
  PermissionScope,
} from "#engine/context/context-source.ts";

/** Loads what a policy asks for, under that policy's authority. Rejects only for bugs. */
export type LoadContext = (request: ContextRequest, scope: PermissionScope) => Promise<ContextAnswer>;

/** One answer to many questions: what policies asked for, remembered for one list pass or two seconds of events. */
export interface ContextEpoch extends ContextSource {
  /** Loads everything that was asked for and is not there; resolves when all of it has an answer. */
  settle(requests: readonly ContextRequest[], scope: PermissionScope): Promise<void>;
}

function scopeKey(scope: PermissionScope): string {
  return JSON.stringify([scope.policyKind, scope.policyNamespace ?? "", scope.policyName]);
}

const pending: ContextAnswer = { kind: "pending" };

/**
 * A memo of external data for one epoch. The key holds the permission scope, so that a policy is never answered with
 * what another one was allowed to read. It keeps at most `maxEntries` answers; beyond that the oldest go and are loaded
 * again where they are still wanted.
 */
export function createContextEpoch(load: LoadContext, maxEntries: number): ContextEpoch {
  const answers = new Map<string, ContextAnswer>();
  const loading = new Map<string, Promise<void>>();
  const keyOf = (request: ContextRequest, scope: PermissionScope): string =>
    `${scopeKey(scope)}${JSON.stringify(request)}`;

  const remember = (key: string, answer: ContextAnswer): void => {
    if (answers.size >= maxEntries) {
      const oldest = answers.keys().next();
      if (oldest.done !== true) answers.delete(oldest.value);
    }
    answers.set(key, answer);
  };

  const fetchAnswer = async (key: string, request: ContextRequest, scope: PermissionScope): Promise<void> => {
    try {
      remember(key, await load(request, scope));
    } catch (error) {
      remember(key, { kind: "failed", message: String(error) });
    } finally {
      loading.delete(key);
    }
  };

  const ensure = (request: ContextRequest, scope: PermissionScope): Promise<void> => {
    const key = keyOf(request, scope);
    if (answers.has(key)) return Promise.resolve();
    const running = loading.get(key);
    if (running !== undefined) return running;
    const started = fetchAnswer(key, request, scope);
    loading.set(key, started);
    return started;
  };

  return {
    lookUp: (request, scope) => answers.get(keyOf(request, scope)) ?? pending,
    async settle(requests, scope) {
      await Promise.all(requests.map((request) => ensure(request, scope)));
    },
  };
}
