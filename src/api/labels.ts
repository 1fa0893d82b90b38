/** Labels and annotations that Kyverno's users and tools know, and those of our own. */
export const managedByLabel = "app.kubernetes.io/managed-by";
/** The value under which reports belong to this family of controllers. */
export const managedByKyverno = "kyverno";

export const reportsDisabledLabel = "reports.kyverno.io/disabled";
export const autogenControllersAnnotation = "pod-policies.kyverno.io/autogen-controllers";
export const scoredAnnotation = "policies.kyverno.io/scored";
export const severityAnnotation = "policies.kyverno.io/severity";
export const categoryAnnotation = "policies.kyverno.io/category";
