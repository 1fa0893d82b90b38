/** The flags of a scan as they were typed. */
export interface ScanFlags {
  readonly resource?: readonly string[];
  readonly resources?: readonly string[];
  readonly json?: readonly string[];
  readonly targetResource?: readonly string[];
  readonly targetResources?: readonly string[];
  readonly parameterResource?: readonly string[];
  readonly parameterResources?: readonly string[];
  readonly crdPath?: readonly string[];
  readonly crdPaths?: readonly string[];
  readonly contextFile?: string;

  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly clusterWideResources?: boolean;
  readonly concurrent?: string;
  readonly batchSize?: string;
  readonly continueOnError?: boolean | string;
  readonly showPerformance?: boolean;

  readonly policyReport?: boolean;
  readonly outputFormat?: string;
  readonly table?: boolean;
  readonly detailedResults?: boolean;
  readonly removeColor?: boolean;
  readonly output?: string;
  readonly stdin?: boolean;
  readonly compare?: string | boolean;

  readonly valuesFile?: string;
  readonly set?: readonly string[];
  readonly userinfo?: string;

  readonly exception?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly exceptionsWithinResources?: boolean;
  readonly exceptionsWithResources?: boolean;
  readonly exceptionsWithinPolicies?: boolean;
  readonly generateExceptions?: boolean;
  readonly generatedExceptionTtl?: string;

  readonly auditWarn?: boolean;
  readonly warnExitCode?: string;
  readonly warnNoPass?: boolean;
}
