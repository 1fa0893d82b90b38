/** The parts of a pod that the Pod Security Standards look at. What is absent or null reads as undefined. */
export interface PodView {
  /** Those that set profiles. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly isWindows: boolean;
  readonly security: PodSecurityContext | undefined;
  readonly volumes: readonly VolumeView[];
  /** Init containers, then containers, then ephemeral ones. */
  readonly containers: readonly ContainerView[];
}

/** What a pod and a container may both set. */
interface SharedSecurityContext {
  readonly appArmorType: string | undefined;
  readonly hostProcess: boolean | undefined;
  readonly runAsNonRoot: boolean | undefined;
  readonly runAsUser: number | undefined;
  readonly seLinux: SELinuxView | undefined;
  readonly seccompType: string | undefined;
}

export interface PodSecurityContext extends SharedSecurityContext {
  readonly sysctls: readonly string[];
}

export interface ContainerSecurityContext extends SharedSecurityContext {
  readonly allowPrivilegeEscalation: boolean | undefined;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] } | undefined;
  readonly privileged: boolean | undefined;
  readonly procMount: string | undefined;
}

export interface SELinuxView {
  readonly type: string;
  readonly user: string;
  readonly role: string;
}

export interface ContainerView {
  /** Where it stands: `spec.containers[0]`. */
  readonly path: string;
  readonly name: string;
  /** The image as it is written. */
  readonly image: string;
  readonly security: ContainerSecurityContext | undefined;
  /** One per port, in order; 0 where the port has none. */
  readonly hostPorts: readonly number[];
  /** Hosts named in probes and lifecycle hooks. */
  readonly handlerHosts: readonly string[];
}

export interface VolumeView {
  readonly name: string;
  /** Fields of the volume that are set, its name included. */
  readonly fields: ReadonlySet<string>;
  readonly hostPath: string;
}
