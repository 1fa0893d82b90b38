/** The main packages that make a control plane, and what their binaries are called in the folder that we build. */
export const programs: readonly { readonly name: string; readonly package: string }[] = [
  { name: "etcd", package: "go.etcd.io/etcd/server/v3" },
  { name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
  { name: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
  { name: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl" },
];

/** What the go.mod of k8s.io/kubernetes says that ours has to repeat. */
export interface KubernetesModule {
  readonly goVersion: string;
  readonly goDebugDefault: string | undefined;
  readonly etcdVersion: string;
  /** Modules that live in its repository and are published with a version of their own. */
  readonly stagingModules: readonly string[];
}

const capture = (pattern: RegExp, text: string): string | undefined => pattern.exec(text)?.[1];

/** Reads the go.mod of k8s.io/kubernetes. Throws when it lacks what a build needs. */
export const decodeKubernetesModule = (goModText: string): KubernetesModule => {
  const goVersion = capture(/^go (\S+)/m, goModText);
  const etcdVersion =
    capture(/^\s*go\.etcd\.io\/etcd\/server\/v3 (v\S+)/m, goModText) ??
    capture(/^\s*go\.etcd\.io\/etcd\/client\/v3 (v\S+)/m, goModText);
  const stagingModules = [...goModText.matchAll(/^\s*(?:replace )?(\S+) => \.\/staging\/src\/\S+/gm)].map(
    (match) => match[1] ?? "",
  );
  if (goVersion === undefined || etcdVersion === undefined || stagingModules.length === 0) {
    throw new Error(
      "The go.mod of k8s.io/kubernetes is not as expected: no go line, no etcd or no staging modules",
    );
  }
  return {
    goVersion,
    goDebugDefault: capture(/^(?:godebug)?\s*default=(\S+)/m, goModText.replaceAll("godebug (", "")),
    etcdVersion,
    stagingModules,
  };
};

/** Staging modules of Kubernetes 1.X.Y are published as v0.X.Y. */
const stagingVersion = (kubernetesVersion: string): string => kubernetesVersion.replace(/^1\./, "v0.");

/** A go.mod that builds the programs of that version, before `go mod tidy` adds what follows from it. */
export const buildGoMod = (kubernetesVersion: string, module: KubernetesModule): string => {
  const replaces = module.stagingModules.map(
    (name) => `\t${name} => ${name} ${stagingVersion(kubernetesVersion)}`,
  );
  return [
    "module rearguard.test/control-plane",
    `go ${module.goVersion}`,
    ...(module.goDebugDefault === undefined ? [] : [`godebug default=${module.goDebugDefault}`]),
    [
      "require (",
      `\tgo.etcd.io/etcd/server/v3 ${module.etcdVersion}`,
      `\tk8s.io/kubernetes v${kubernetesVersion}`,
      ")",
    ].join("\n"),
    ["tool (", ...programs.map((program) => `\t${program.package}`), ")"].join("\n"),
    ["replace (", ...replaces, ")"].join("\n"),
    "",
  ].join("\n\n");
};

/** Which version of Kubernetes a go.mod of ours builds, without the v. */
export const kubernetesVersionOf = (goModText: string): string => {
  const version = capture(/^\s*k8s\.io\/kubernetes v(\d+\.\d+\.\d+\S*)/m, goModText);
  if (version === undefined) throw new Error("The go.mod requires no version of k8s.io/kubernetes");
  return version;
};
