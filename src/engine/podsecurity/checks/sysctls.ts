import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden } from "../field-error.ts";

const always = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
] as const;
const since27 = ["net.ipv4.ip_local_reserved_ports"] as const;
const since29 = [
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
] as const;
const since32 = ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"] as const;

/** The safe sysctls by the minor version that brought them. */
export const safeSysctls = {
  always: new Set<string>(always),
  since27: new Set<string>([...always, ...since27]),
  since29: new Set<string>([...always, ...since27, ...since29]),
  since32: new Set<string>([...always, ...since27, ...since29, ...since32]),
} as const;

/** Only these sysctls are set. */
export function sysctls(allowed: ReadonlySet<string>): CheckPod {
  return (pod) => {
    const errors = (pod.security?.sysctls ?? []).flatMap((name, index) =>
      allowed.has(name) ? [] : [forbidden(`spec.securityContext.sysctls[${index}].name`, name)],
    );
    return finding("forbidden sysctls", errors);
  };
}
