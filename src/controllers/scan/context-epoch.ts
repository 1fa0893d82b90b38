import type {
  ContextAnswer,
  ContextRequest,
  ContextSource,
  PermissionScope,
} from "#engine/context/context-source.ts";
import { approximateBytes } from "./approximate-bytes.ts";
import type { InputVersions } from "./input-versions.ts";

/** An answer from outside, and whether a failure may pass by itself: an outage, rights. */
export type LoadedAnswer = ContextAnswer | (ContextAnswer & { readonly mayPass: boolean });

/** Loads what a policy asks for, under that policy's authority. Rejects only for bugs. */
export type LoadContext = (request: ContextRequest, scope: PermissionScope) => Promise<LoadedAnswer>;

/** One answer to many questions: what policies asked for, remembered for one list pass or two seconds of events. */
export interface ContextEpoch extends ContextSource {
  /** Loads everything that was asked for and is not there; resolves when all of it has an answer. */
  settle(requests: readonly ContextRequest[], scope: PermissionScope): Promise<void>;
}

/** Data that policies share by the names of GlobalContextEntries. They are kept elsewhere, and no memo holds them. */
export interface GlobalEntryPort {
  lookUp(request: GlobalRequest, scope: PermissionScope): ContextAnswer;
  /** Resolves when `lookUp` has another answer than `pending`. */
  settle(request: GlobalRequest, scope: PermissionScope): Promise<void>;
}

type GlobalRequest = Extract<ContextRequest, { kind: "globalReference" }>;

export interface ContextEpochOptions {
  readonly load: LoadContext;
  readonly globals: GlobalEntryPort;
  /** An answer read before its input changed is loaded again. */
  readonly inputs: InputVersions;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Remembered {
  readonly answer: ContextAnswer;
  readonly version: number;
  readonly bytes: number;
}

const pending: ContextAnswer = { kind: "pending" };

function keyOf(request: ContextRequest, scope: PermissionScope): string {
  const { policyKind, policyNamespace = "", policyName } = scope;
  return JSON.stringify([policyKind, policyNamespace, policyName, request]);
}

/**
 * A memo of external data for one epoch. The key holds the permission scope, so that a policy is never answered with
 * what another one was allowed to read. It keeps a bounded number of answers and bytes; beyond that the oldest go and
 * are loaded again where they are still wanted.
 */
export function createContextEpoch(options: ContextEpochOptions): ContextEpoch {
  const { load, inputs, globals } = options;
  const answers = new Map<string, Remembered>();
  const loading = new Map<string, { readonly version: number; readonly done: Promise<void> }>();
  let bytes = 0;

  const forget = (key: string): void => {
    bytes -= answers.get(key)?.bytes ?? 0;
    answers.delete(key);
  };

  const remember = (key: string, answer: ContextAnswer, version: number): void => {
    forget(key);
    const size = key.length + (answer.kind === "value" ? approximateBytes(answer.value) : 0);
    for (const oldest of answers.keys()) {
      if (answers.size < options.maxEntries && bytes + size <= options.maxBytes) break;
      forget(oldest);
    }
    // The newest stays whatever its size, or whoever asked for it would ask for ever.
    answers.set(key, { answer, version, bytes: size });
    bytes += size;
  };

  const current = (key: string, request: ContextRequest): ContextAnswer | undefined => {
    const found = answers.get(key);
    return found?.version === inputs.of(request) ? found.answer : undefined;
  };

  const fetchAnswer = async (
    key: string,
    request: ContextRequest,
    scope: PermissionScope,
    version: number,
  ): Promise<void> => {
    let answer: ContextAnswer;
    try {
      answer = await load(request, scope);
    } catch (error) {
      answer = { kind: "failed", message: String(error) };
    }
    // Where the input changed on the way, a newer load is under way, or comes with the next question.
    if (loading.get(key)?.version !== version) return;
    loading.delete(key);
    remember(key, answer, version);
  };

  const ensure = (request: ContextRequest, scope: PermissionScope): Promise<void> => {
    if (request.kind === "globalReference") return globals.settle(request, scope);
    const key = keyOf(request, scope);
    if (current(key, request) !== undefined) return Promise.resolve();
    const version = inputs.of(request);
    const running = loading.get(key);
    if (running?.version === version) return running.done;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    loading.set(key, { version, done });
    void fetchAnswer(key, request, scope, version).finally(resolve);
    return done;
  };

  return {
    lookUp: (request, scope) =>
      request.kind === "globalReference"
        ? globals.lookUp(request, scope)
        : (current(keyOf(request, scope), request) ?? pending),
    async settle(requests, scope) {
      await Promise.all(requests.map((request) => ensure(request, scope)));
    },
  };
}
