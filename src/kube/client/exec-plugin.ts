import { execFile } from "node:child_process";
import { dirname, isAbsolute, resolve } from "node:path";
import type { Environment } from "./proxy.ts";

/** `users[].user.exec` of a kubeconfig (KEP-541, client.authentication.k8s.io). */
export interface ExecSpec {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  /** `spec.cluster` of what the plugin is told, where it asked for it. */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

export interface ExecCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ExecPlugin {
  /** What the plugin gave, run again when that has expired. Calls at the same time share one run. */
  credential(): Promise<ExecCredential>;
  /** Runs the plugin at the next call, unless `used` is no longer what it gave last. */
  expire(used: ExecCredential): void;
}

const runTimeoutMs = 60_000;
const maxOutputBytes = 1 << 20;
/** A credential is not used in its last seconds: the request has to arrive before its end. */
const expiryMarginMs = 5_000;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Decodes `exec` of a kubeconfig; `file` is the kubeconfig's path, against which a relative command is read. */
export function decodeExecSpec(
  value: unknown,
  file: string,
  cluster: Readonly<Record<string, unknown>>,
): ExecSpec {
  const exec = fieldsOf(value);
  const command = textOf(exec["command"]);
  const apiVersion = textOf(exec["apiVersion"]);
  if (command === undefined) throw new Error(`${file}: users[].user.exec.command is missing`);
  if (
    apiVersion !== "client.authentication.k8s.io/v1" &&
    apiVersion !== "client.authentication.k8s.io/v1beta1"
  ) {
    throw new Error(
      `${file}: users[].user.exec.apiVersion is ${JSON.stringify(exec["apiVersion"])}; ` +
        "client.authentication.k8s.io/v1 and v1beta1 are understood",
    );
  }
  if (exec["interactiveMode"] === "Always") {
    throw new Error(`${file}: the credential plugin ${command} needs a terminal (interactiveMode: Always)`);
  }
  const args = Array.isArray(exec["args"]) ? exec["args"] : [];
  const env = Array.isArray(exec["env"]) ? exec["env"].map(fieldsOf) : [];
  const isPath = command.includes("/") || command.includes("\\");
  const installHint = textOf(exec["installHint"]);
  return {
    apiVersion,
    command: isPath && !isAbsolute(command) ? resolve(dirname(file), command) : command,
    args: args.map(String),
    env: Object.fromEntries(env.map((entry) => [textOf(entry["name"]) ?? "", textOf(entry["value"]) ?? ""])),
    ...(installHint === undefined ? {} : { installHint }),
    ...(exec["provideClusterInfo"] === true ? { cluster } : {}),
  };
}

async function run(spec: ExecSpec, env: Environment): Promise<string> {
  const info = {
    apiVersion: spec.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(spec.cluster === undefined ? {} : { cluster: spec.cluster }) },
  };
  const { promise, resolve: done, reject } = Promise.withResolvers<string>();
  const child = execFile(
    spec.command,
    spec.args,
    {
      env: { ...env, ...spec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: runTimeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: maxOutputBytes,
      windowsHide: true,
    },
    (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      const hint = error.code === "ENOENT" && spec.installHint !== undefined ? `: ${spec.installHint}` : "";
      const said = stderr.trim().slice(-500);
      reject(
        new Error(
          `the credential plugin ${spec.command} failed (${error.killed === true ? "no answer in time" : error.code})${
            said === "" ? "" : `: ${said}`
          }${hint}`,
          { cause: error },
        ),
      );
    },
  );
  child.stdin?.end();
  return promise;
}

interface Known {
  readonly credential: ExecCredential;
  /** Wall clock; undefined: does not expire. */
  readonly expiresAt: number | undefined;
}

function decodeCredential(output: string, spec: ExecSpec): Known {
  let answer: Fields;
  try {
    answer = fieldsOf(JSON.parse(output));
  } catch (error) {
    throw new Error(`the credential plugin ${spec.command} printed no JSON`, { cause: error });
  }
  if (answer["kind"] !== "ExecCredential" || answer["apiVersion"] !== spec.apiVersion) {
    throw new Error(
      `the credential plugin ${spec.command} printed kind ${JSON.stringify(answer["kind"])}, apiVersion ` +
        `${JSON.stringify(answer["apiVersion"])} where an ExecCredential of ${spec.apiVersion} was asked for`,
    );
  }
  const status = fieldsOf(answer["status"]);
  const token = textOf(status["token"]);
  const cert = textOf(status["clientCertificateData"]);
  const key = textOf(status["clientKeyData"]);
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw new Error(
      `the credential plugin ${spec.command} gave neither a token nor a client certificate with its key`,
    );
  }
  const expiry = Date.parse(textOf(status["expirationTimestamp"]) ?? "");
  return {
    credential: {
      ...(token === undefined ? {} : { token }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    },
    expiresAt: Number.isNaN(expiry) ? undefined : expiry,
  };
}

/** Runs a credential plugin and keeps what it gave until its end. `now` is the wall clock in milliseconds. */
export function createExecPlugin(spec: ExecSpec, env: Environment, now: () => number): ExecPlugin {
  let known: Known | undefined;
  let running: Promise<ExecCredential> | undefined;

  const refresh = async (): Promise<ExecCredential> => {
    try {
      known = decodeCredential(await run(spec, env), spec);
      return known.credential;
    } finally {
      running = undefined;
    }
  };

  return {
    credential: async () => {
      const isGood =
        known !== undefined && (known.expiresAt === undefined || now() < known.expiresAt - expiryMarginMs);
      if (known !== undefined && isGood) return known.credential;
      running ??= refresh();
      return running;
    },
    expire: (used) => {
      if (known?.credential === used) known = undefined;
    },
  };
}
