// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
core.v1.AWSElasticBlockStoreVolumeSource { fsType?#2:string partition?#3:int32 readOnly?#4:boolean volumeID!#1:string="" }
core.v1.Affinity { nodeAffinity#1:NodeAffinity podAffinity#2:PodAffinity podAntiAffinity#3:PodAntiAffinity }
core.v1.AppArmorProfile { localhostProfile#2:string type!#1:string="" }
core.v1.AttachedVolume { devicePath!#2:string="" name!#1:string="" }
core.v1.AzureDiskVolumeSource { cachingMode#3:string="ReadWrite" diskName!#1:string="" diskURI!#2:string="" fsType#4:string="ext4" kind#6:string="Shared" readOnly#5:boolean }
core.v1.AzureFilePersistentVolumeSource { readOnly?#3:boolean secretName!#1:string="" secretNamespace#4:string shareName!#2:string="" }
core.v1.AzureFileVolumeSource { readOnly?#3:boolean secretName!#1:string="" shareName!#2:string="" }
core.v1.Binding { apiVersion#2.5:string kind#2.1:string metadata#1:meta.v1.ObjectMeta={} target!#2:ObjectReference={} }
core.v1.CSIPersistentVolumeSource { controllerExpandSecretRef#9:SecretReference controllerPublishSecretRef#6:SecretReference driver!#1:string="" fsType?#4:string nodeExpandSecretRef#10:SecretReference nodePublishSecretRef#8:SecretReference nodeStageSecretRef#7:SecretReference readOnly?#3:boolean volumeAttributes#5:{string} volumeHandle!#2:string="" }
core.v1.CSIVolumeSource { driver!#1:string="" fsType#3:string nodePublishSecretRef#5:LocalObjectReference readOnly#2:boolean volumeAttributes#4:{string} }
core.v1.Capabilities { add#1:[string] drop#2:[string] }
core.v1.CephFSPersistentVolumeSource { monitors!#1:[string] path?#2:string readOnly?#6:boolean secretFile?#4:string secretRef#5:SecretReference user?#3:string }
core.v1.CephFSVolumeSource { monitors!#1:[string] path?#2:string readOnly?#6:boolean secretFile?#4:string secretRef#5:LocalObjectReference user?#3:string }
core.v1.CinderPersistentVolumeSource { fsType?#2:string readOnly?#3:boolean secretRef#4:SecretReference volumeID!#1:string="" }
core.v1.CinderVolumeSource { fsType?#2:string readOnly?#3:boolean secretRef#4:LocalObjectReference volumeID!#1:string="" }
core.v1.ClientIPConfig { timeoutSeconds#1:int32 }
core.v1.ClusterTrustBundleProjection { labelSelector#3:meta.v1.LabelSelector name#1:string optional#5:boolean path!#4:string="" signerName#2:string user#6:int64 }
core.v1.ComponentCondition { error?#4:string message?#3:string status!#2:string="" type!#1:string="" }
core.v1.ComponentStatus { apiVersion:string conditions#2:[ComponentCondition]map(type)~merge(type) kind:string metadata#1:meta.v1.ObjectMeta={} }
core.v1.ComponentStatusList { apiVersion:string items!#2:[ComponentStatus] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ConfigMap { apiVersion:string binaryData#3:{bytes} data#2:{string} immutable#4:boolean kind:string metadata#1:meta.v1.ObjectMeta={} }
core.v1.ConfigMapEnvSource { name#1.1:string="" optional#2:boolean }
core.v1.ConfigMapKeySelector atomic { key!#2:string="" name#1.1:string="" optional#3:boolean }
core.v1.ConfigMapList { apiVersion:string items!#2:[ConfigMap] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ConfigMapNodeConfigSource { kubeletConfigKey!#5:string="" name!#2:string="" namespace!#1:string="" resourceVersion?#4:string uid?#3:string }
core.v1.ConfigMapProjection { items#2:[KeyToPath] name#1.1:string="" optional#4:boolean }
core.v1.ConfigMapVolumeSource { defaultMode#3:int32 defaultUser#5:int64 items#2:[KeyToPath] name#1.1:string="" optional#4:boolean }
core.v1.Container { args#4:[string] command#3:[string] env#7:[EnvVar]map(name)~merge(name) envFrom#19:[EnvFromSource] image?#2:string imagePullPolicy?#14:string lifecycle#12:Lifecycle livenessProbe#10:Probe name!#1:string="" ports#6:[ContainerPort]map(containerPort,protocol)~merge(containerPort) readinessProbe#11:Probe resizePolicy#23:[ContainerResizePolicy] resources#8:ResourceRequirements={} restartPolicy#24:string restartPolicyRules#25:[ContainerRestartRule] securityContext#15:SecurityContext startupProbe#22:Probe stdin?#16:boolean stdinOnce?#17:boolean terminationMessagePath?#13:string terminationMessagePolicy?#20:string tty?#18:boolean volumeDevices#21:[VolumeDevice]map(devicePath)~merge(devicePath) volumeMounts#9:[VolumeMount]map(mountPath)~merge(mountPath) workingDir?#5:string }
core.v1.ContainerExtendedResourceRequest { containerName!#1:string="" requestName!#3:string="" resourceName!#2:string="" }
core.v1.ContainerImage { names#1:[string] sizeBytes?#2:int64 }
core.v1.ContainerPort { containerPort!#3:int32=0 hostIP?#5:string hostPort?#2:int32 name?#1:string protocol?#4:string="TCP" }
core.v1.ContainerResizePolicy { resourceName!#1:string="" restartPolicy!#2:string="" }
core.v1.ContainerRestartRule { action!?#1:string exitCodes#2:ContainerRestartRuleOnExitCodes }
core.v1.ContainerRestartRuleOnExitCodes { operator!?#1:string values#2:[int32]set }
core.v1.ContainerState { running#2:ContainerStateRunning terminated#3:ContainerStateTerminated waiting#1:ContainerStateWaiting }
core.v1.ContainerStateRunning { startedAt#1:time }
core.v1.ContainerStateTerminated { containerID?#7:string exitCode!#1:int32=0 finishedAt#6:time message?#4:string reason?#3:string signal?#2:int32 startedAt#5:time }
core.v1.ContainerStateWaiting { message?#2:string reason?#1:string }
core.v1.ContainerStatus { allocatedResources#10:{quantity} allocatedResourcesStatus#14:[ResourceStatus]map(name)~merge(name) containerID?#8:string image!#6:string="" imageID!#7:string="" lastState#3:ContainerState={} name!#1:string="" ready!#4:boolean=false resources#11:ResourceRequirements restartCount!#5:int32=0 started#9:boolean state#2:ContainerState={} stopSignal#15:string user#13:ContainerUser volumeMounts#12:[VolumeMountStatus]map(mountPath)~merge(mountPath) }
core.v1.ContainerUser { linux#1:LinuxContainerUser }
core.v1.DaemonEndpoint { Port!#1:int32=0 }
core.v1.DownwardAPIProjection { items#1:[DownwardAPIVolumeFile] }
core.v1.DownwardAPIVolumeFile { fieldRef#2:ObjectFieldSelector mode#4:int32 path!#1:string="" resourceFieldRef#3:ResourceFieldSelector user#5:int64 }
core.v1.DownwardAPIVolumeSource { defaultMode#2:int32 defaultUser#3:int64 items#1:[DownwardAPIVolumeFile] }
core.v1.EmptyDirVolumeSource { medium?#1:string mode#3:int32 sizeLimit#2:quantity }
core.v1.EndpointAddress atomic { hostname?#3:string ip!#1:string="" nodeName#4:string targetRef#2:ObjectReference }
core.v1.EndpointPort atomic { appProtocol#4:string name?#1:string port!#2:int32=0 protocol?#3:string }
core.v1.EndpointSubset { addresses#1:[EndpointAddress] notReadyAddresses#2:[EndpointAddress] ports#3:[EndpointPort] }
core.v1.Endpoints { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} subsets#2:[EndpointSubset] }
core.v1.EndpointsList { apiVersion:string items!#2:[Endpoints] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.EnvFromSource { configMapRef#2:ConfigMapEnvSource prefix?#1:string secretRef#3:SecretEnvSource }
core.v1.EnvVar { name!#1:string="" value?#2:string valueFrom#3:EnvVarSource }
core.v1.EnvVarSource { configMapKeyRef#3:ConfigMapKeySelector fieldRef#1:ObjectFieldSelector fileKeyRef#5:FileKeySelector resourceFieldRef#2:ResourceFieldSelector secretKeyRef#4:SecretKeySelector }
core.v1.EphemeralContainer { args#1.4:[string] command#1.3:[string] env#1.7:[EnvVar]map(name)~merge(name) envFrom#1.19:[EnvFromSource] image#1.2:string imagePullPolicy#1.14:string lifecycle#1.12:Lifecycle livenessProbe#1.10:Probe name!#1.1:string="" ports#1.6:[ContainerPort]map(containerPort,protocol)~merge(containerPort) readinessProbe#1.11:Probe resizePolicy#1.23:[ContainerResizePolicy] resources#1.8:ResourceRequirements={} restartPolicy#1.24:string restartPolicyRules#1.25:[ContainerRestartRule] securityContext#1.15:SecurityContext startupProbe#1.22:Probe stdin#1.16:boolean stdinOnce#1.17:boolean targetContainerName?#2:string terminationMessagePath#1.13:string terminationMessagePolicy#1.20:string tty#1.18:boolean volumeDevices#1.21:[VolumeDevice]map(devicePath)~merge(devicePath) volumeMounts#1.9:[VolumeMount]map(mountPath)~merge(mountPath) workingDir#1.5:string }
core.v1.EphemeralVolumeSource { volumeClaimTemplate#1:PersistentVolumeClaimTemplate }
core.v1.Event { action?#12:string apiVersion#2.5:string count?#8:int32 eventTime#10:microTime firstTimestamp#6:time involvedObject!#2:ObjectReference={} kind#2.1:string lastTimestamp#7:time message?#4:string metadata!#1:meta.v1.ObjectMeta={} reason?#3:string related#13:ObjectReference reportingComponent#14:string="" reportingInstance#15:string="" series#11:EventSeries source#5:EventSource={} type?#9:string }
core.v1.EventList { apiVersion:string items!#2:[Event] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.EventSeries { count?#1:int32 lastObservedTime#2:microTime }
core.v1.EventSource { component?#1:string host?#2:string }
core.v1.EvictionResponder atomic { name!#1:string="" priority!#2:int32 }
core.v1.ExecAction { command#1:[string] }
core.v1.FCVolumeSource { fsType?#3:string lun#2:int32 readOnly?#4:boolean targetWWNs#1:[string] wwids#5:[string] }
core.v1.FileKeySelector atomic { key!#3:string="" optional#4:boolean path!#2:string="" volumeName!#1:string="" }
core.v1.FlexPersistentVolumeSource { driver!#1:string="" fsType?#2:string options#5:{string} readOnly?#4:boolean secretRef#3:SecretReference }
core.v1.FlexVolumeSource { driver!#1:string="" fsType?#2:string options#5:{string} readOnly?#4:boolean secretRef#3:LocalObjectReference }
core.v1.FlockerVolumeSource { datasetName?#1:string datasetUUID?#2:string }
core.v1.GCEPersistentDiskVolumeSource { fsType?#2:string partition?#3:int32 pdName!#1:string="" readOnly?#4:boolean }
core.v1.GRPCAction { mode#3:string port!#1:int32=0 service#2:string="" }
core.v1.GitRepoVolumeSource { directory?#3:string repository!#1:string="" revision?#2:string }
core.v1.GlusterfsPersistentVolumeSource { endpoints!#1:string="" endpointsNamespace#4:string path!#2:string="" readOnly?#3:boolean }
core.v1.GlusterfsVolumeSource { endpoints!#1:string="" path!#2:string="" readOnly?#3:boolean }
core.v1.HTTPGetAction { host?#3:string httpHeaders#5:[HTTPHeader] path?#1:string port!#2:intOrString protocol#6:string scheme?#4:string }
core.v1.HTTPHeader { name!#1:string="" value!#2:string="" }
core.v1.HostAlias { hostnames#2:[string] ip!#1:string="" }
core.v1.HostIP { ip!#1:string="" }
core.v1.HostPathVolumeSource { path!#1:string="" type#2:string }
core.v1.ISCSIPersistentVolumeSource { chapAuthDiscovery?#8:boolean chapAuthSession?#11:boolean fsType?#5:string initiatorName#12:string iqn!#2:string="" iscsiInterface?#4:string="default" lun!#3:int32=0 portals#7:[string] readOnly?#6:boolean secretRef#10:SecretReference targetPortal!#1:string="" }
core.v1.ISCSIVolumeSource { chapAuthDiscovery?#8:boolean chapAuthSession?#11:boolean fsType?#5:string initiatorName#12:string iqn!#2:string="" iscsiInterface?#4:string="default" lun!#3:int32=0 portals#7:[string] readOnly?#6:boolean secretRef#10:LocalObjectReference targetPortal!#1:string="" }
core.v1.ImageVolumeSource { pullPolicy?#2:string reference?#1:string }
core.v1.ImageVolumeStatus { imageRef!?#1:string }
core.v1.KeyToPath { key!#1:string="" mode#3:int32 path!#2:string="" user#4:int64 }
core.v1.Lifecycle { postStart#1:LifecycleHandler preStop#2:LifecycleHandler stopSignal#3:string }
core.v1.LifecycleHandler { exec#1:ExecAction httpGet#2:HTTPGetAction sleep#4:SleepAction tcpSocket#3:TCPSocketAction }
core.v1.LimitRange { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:LimitRangeSpec={} }
core.v1.LimitRangeItem { default#4:{quantity} defaultRequest#5:{quantity} max#2:{quantity} maxLimitRequestRatio#6:{quantity} min#3:{quantity} type!#1:string="" }
core.v1.LimitRangeList { apiVersion:string items!#2:[LimitRange] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.LimitRangeSpec { limits!#1:[LimitRangeItem] }
core.v1.LinuxContainerUser { gid!#2:int64=0 supplementalGroups#3:[int64] uid!#1:int64=0 }
core.v1.LoadBalancerIngress { hostname?#2:string ip?#1:string ipMode#3:string ports#4:[PortStatus] }
core.v1.LoadBalancerStatus { ingress#1:[LoadBalancerIngress] }
core.v1.LocalObjectReference atomic { name?#1:string }
core.v1.LocalVolumeSource { fsType#2:string path!#1:string="" }
core.v1.ModifyVolumeStatus { status!#2:string="" targetVolumeAttributesClassName?#1:string }
core.v1.NFSVolumeSource { path!#2:string="" readOnly?#3:boolean server!#1:string="" }
core.v1.Namespace { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:NamespaceSpec={} status#3:NamespaceStatus={} }
core.v1.NamespaceCondition { lastTransitionTime#4:time message?#6:string reason?#5:string status!#2:string="" type!#1:string="" }
core.v1.NamespaceList { apiVersion:string items!#2:[Namespace] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.NamespaceSpec { finalizers#1:[string] }
core.v1.NamespaceStatus { conditions#2:[NamespaceCondition]map(type)~merge(type) phase?#1:string }
core.v1.Node { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:NodeSpec={} status#3:NodeStatus={} }
core.v1.NodeAddress { address!#2:string="" type!#1:string="" }
core.v1.NodeAffinity { preferredDuringSchedulingIgnoredDuringExecution#2:[PreferredSchedulingTerm] requiredDuringSchedulingIgnoredDuringExecution#1:NodeSelector }
core.v1.NodeAllocatableMappedResources { name!#1:string="" quantity!#2:quantity }
core.v1.NodeAllocatableOverheadResources { name!#1:string="" perContainer#3:quantity perPod#2:quantity }
core.v1.NodeAllocatableResourceClaimStatus { containers#2:[string]set mapping#4:[NodeAllocatableMappedResources]map(name)~merge(name) overhead#5:[NodeAllocatableOverheadResources]map(name)~merge(name) resourceClaimName!#1:string="" }
core.v1.NodeCondition { lastHeartbeatTime#3:time lastTransitionTime#4:time message?#6:string reason?#5:string status!#2:string="" type!#1:string="" }
core.v1.NodeConfigSource { configMap#2:ConfigMapNodeConfigSource }
core.v1.NodeConfigStatus { active#2:NodeConfigSource assigned#1:NodeConfigSource error?#4:string lastKnownGood#3:NodeConfigSource }
core.v1.NodeDaemonEndpoints { kubeletEndpoint#1:DaemonEndpoint={} }
core.v1.NodeFeatures { supplementalGroupsPolicy#1:boolean }
core.v1.NodeList { apiVersion:string items!#2:[Node] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.NodePodPreemptionPolicy { disableResizePreemption#1:[string]set }
core.v1.NodeRuntimeHandler { features#2:NodeRuntimeHandlerFeatures name#1:string="" }
core.v1.NodeRuntimeHandlerFeatures { recursiveReadOnlyMounts#1:boolean userNamespaces#2:boolean }
core.v1.NodeSelector atomic { nodeSelectorTerms!#1:[NodeSelectorTerm] }
core.v1.NodeSelectorRequirement { key!#1:string="" operator!#2:string="" values#3:[string] }
core.v1.NodeSelectorTerm atomic { matchExpressions#1:[NodeSelectorRequirement] matchFields#2:[NodeSelectorRequirement] }
core.v1.NodeSpec { configSource#6:NodeConfigSource externalID?#2:string podCIDR?#1:string podCIDRs#7:[string]set~merge podPreemptionPolicy#8:NodePodPreemptionPolicy providerID?#3:string taints#5:[Taint] unschedulable?#4:boolean }
core.v1.NodeStatus { addresses#5:[NodeAddress]map(type)~merge(type) allocatable#2:{quantity} capacity#1:{quantity} conditions#4:[NodeCondition]map(type)~merge(type) config#11:NodeConfigStatus daemonEndpoints#6:NodeDaemonEndpoints={} declaredFeatures#14:[string] features#13:NodeFeatures images#8:[ContainerImage] nodeInfo#7:NodeSystemInfo={} phase?#3:string runtimeHandlers#12:[NodeRuntimeHandler] volumesAttached#10:[AttachedVolume] volumesInUse#9:[string] }
core.v1.NodeSwapStatus { capacity#1:int64 }
core.v1.NodeSystemInfo { architecture!#10:string="" bootID!#3:string="" containerRuntimeVersion!#6:string="" kernelVersion!#4:string="" kubeProxyVersion!#8:string="" kubeletVersion!#7:string="" machineID!#1:string="" operatingSystem!#9:string="" osImage!#5:string="" runningInUserNamespace#12:boolean swap#11:NodeSwapStatus systemUUID!#2:string="" }
core.v1.ObjectFieldSelector atomic { apiVersion?#1:string fieldPath!#2:string="" }
core.v1.ObjectReference atomic { apiVersion?#5:string fieldPath?#7:string kind?#1:string name?#3:string namespace?#2:string resourceVersion?#6:string uid?#4:string }
core.v1.PersistentVolume { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:PersistentVolumeSpec={} status#3:PersistentVolumeStatus={} }
core.v1.PersistentVolumeClaim { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:PersistentVolumeClaimSpec={} status#3:PersistentVolumeClaimStatus={} }
core.v1.PersistentVolumeClaimCondition { lastProbeTime#3:time lastTransitionTime#4:time message?#6:string reason?#5:string status!#2:string="" type!#1:string="" }
core.v1.PersistentVolumeClaimList { apiVersion:string items!#2:[PersistentVolumeClaim] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.PersistentVolumeClaimSpec { accessModes#1:[string] dataSource#7:TypedLocalObjectReference dataSourceRef#8:TypedObjectReference resources#2:VolumeResourceRequirements={} selector#4:meta.v1.LabelSelector storageClassName#5:string volumeAttributesClassName#9:string volumeMode#6:string volumeName?#3:string }
core.v1.PersistentVolumeClaimStatus { accessModes#2:[string] allocatedResourceStatuses#7:{string} allocatedResources#5:{quantity} capacity#3:{quantity} conditions#4:[PersistentVolumeClaimCondition]map(type)~merge(type) currentVolumeAttributesClassName#8:string healthStatus#10:VolumeHealthStatus modifyVolumeStatus#9:ModifyVolumeStatus phase?#1:string }
core.v1.PersistentVolumeClaimTemplate { metadata#1:meta.v1.ObjectMeta={} spec!#2:PersistentVolumeClaimSpec={} }
core.v1.PersistentVolumeClaimVolumeSource { claimName!#1:string="" readOnly?#2:boolean }
core.v1.PersistentVolumeList { apiVersion:string items!#2:[PersistentVolume] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.PersistentVolumeSpec { accessModes#3:[string] awsElasticBlockStore#2.2:AWSElasticBlockStoreVolumeSource azureDisk#2.16:AzureDiskVolumeSource azureFile#2.13:AzureFilePersistentVolumeSource capacity#1:{quantity} cephfs#2.9:CephFSPersistentVolumeSource cinder#2.8:CinderPersistentVolumeSource claimRef#4:ObjectReference csi#2.22:CSIPersistentVolumeSource fc#2.10:FCVolumeSource flexVolume#2.12:FlexPersistentVolumeSource flocker#2.11:FlockerVolumeSource gcePersistentDisk#2.1:GCEPersistentDiskVolumeSource glusterfs#2.4:GlusterfsPersistentVolumeSource hostPath#2.3:HostPathVolumeSource iscsi#2.7:ISCSIPersistentVolumeSource local#2.20:LocalVolumeSource mountOptions#7:[string] nfs#2.5:NFSVolumeSource nodeAffinity#9:VolumeNodeAffinity persistentVolumeReclaimPolicy?#5:string photonPersistentDisk#2.17:PhotonPersistentDiskVolumeSource portworxVolume#2.18:PortworxVolumeSource quobyte#2.15:QuobyteVolumeSource rbd#2.6:RBDPersistentVolumeSource scaleIO#2.19:ScaleIOPersistentVolumeSource storageClassName?#6:string storageos#2.21:StorageOSPersistentVolumeSource volumeAttributesClassName#10:string volumeMode#8:string vsphereVolume#2.14:VsphereVirtualDiskVolumeSource }
core.v1.PersistentVolumeStatus { lastPhaseTransitionTime#4:time message?#2:string phase?#1:string reason?#3:string }
core.v1.PhotonPersistentDiskVolumeSource { fsType?#2:string pdID!#1:string="" }
core.v1.Pod { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:PodSpec={} status#3:PodStatus={} }
core.v1.PodAffinity { preferredDuringSchedulingIgnoredDuringExecution#2:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution#1:[PodAffinityTerm] }
core.v1.PodAffinityTerm { labelSelector#1:meta.v1.LabelSelector matchLabelKeys#5:[string] mismatchLabelKeys#6:[string] namespaceSelector#4:meta.v1.LabelSelector namespaces#2:[string] topologyKey!#3:string="" }
core.v1.PodAntiAffinity { preferredDuringSchedulingIgnoredDuringExecution#2:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution#1:[PodAffinityTerm] }
core.v1.PodCertificateProjection { certificateChainPath?#6:string credentialBundlePath?#4:string keyPath?#5:string keyType!?#2:string maxExpirationSeconds#3:int32 signerName!?#1:string user#8:int64 userAnnotations#7:{string} }
core.v1.PodCondition { lastProbeTime#3:time lastTransitionTime#4:time message?#6:string observedGeneration?#7:int64 reason?#5:string status!#2:string="" type!#1:string="" }
core.v1.PodDNSConfig { nameservers#1:[string] options#3:[PodDNSConfigOption] searches#2:[string] }
core.v1.PodDNSConfigOption { name?#1:string value#2:string }
core.v1.PodExtendedResourceClaimStatus { requestMappings!#1:[ContainerExtendedResourceRequest] resourceClaimName!#2:string="" }
core.v1.PodIP { ip!#1:string="" }
core.v1.PodList { apiVersion:string items!#2:[Pod] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.PodOS { name!#1:string="" }
core.v1.PodReadinessGate { conditionType!#1:string="" }
core.v1.PodResourceClaim { name!#1:string="" resourceClaimName#3:string resourceClaimTemplateName#4:string }
core.v1.PodResourceClaimStatus { name!#1:string="" resourceClaimName#2:string }
core.v1.PodSchedulingGate { name!#1:string="" }
core.v1.PodSchedulingGroup { podGroupName#1:string }
core.v1.PodSecurityContext { appArmorProfile#11:AppArmorProfile fsGroup#5:int64 fsGroupChangePolicy#9:string runAsGroup#6:int64 runAsNonRoot#3:boolean runAsUser#2:int64 seLinuxChangePolicy#13:string seLinuxOptions#1:SELinuxOptions seccompProfile#10:SeccompProfile supplementalGroups#4:[int64] supplementalGroupsPolicy#12:string sysctls#7:[Sysctl] windowsOptions#8:WindowsSecurityContextOptions }
core.v1.PodSpec { activeDeadlineSeconds#5:int64 affinity#18:Affinity automountServiceAccountToken#21:boolean containers!#2:[Container]map(name)~merge(name) dnsConfig#26:PodDNSConfig dnsPolicy?#6:string enableServiceLinks#30:boolean ephemeralContainers#34:[EphemeralContainer]map(name)~merge(name) evictionResponders#44:[EvictionResponder]map(name)~merge(name) hostAliases#23:[HostAlias]map(ip)~merge(ip) hostIPC?#13:boolean hostNetwork?#11:boolean hostPID?#12:boolean hostUsers#37:boolean hostname?#16:string hostnameOverride#41:string imagePullSecrets#15:[LocalObjectReference]map(name)~merge(name) initContainers#20:[Container]map(name)~merge(name) nodeName?#10:string nodeSelector#7:{string}atomic os#36:PodOS overhead#32:{quantity} preemptionPolicy#31:string priority#25:int32 priorityClassName?#24:string readinessGates#28:[PodReadinessGate] resourceClaims#39:[PodResourceClaim]map(name)~merge,retainKeys(name) resources#40:ResourceRequirements restartPolicy?#3:string runtimeClassName#29:string schedulerName?#19:string schedulingGates#38:[PodSchedulingGate]map(name)~merge(name) schedulingGroup#43:PodSchedulingGroup securityContext#14:PodSecurityContext serviceAccount?#9:string serviceAccountName?#8:string setHostnameAsFQDN#35:boolean shareProcessNamespace#27:boolean subdomain?#17:string terminationGracePeriodSeconds#4:int64 tolerations#22:[Toleration] topologySpreadConstraints#33:[TopologySpreadConstraint]map(topologyKey,whenUnsatisfiable)~merge(topologyKey) volumes#1:[Volume]map(name)~merge,retainKeys(name) }
core.v1.PodStatus { allocatedResources#19:{quantity} conditions#2:[PodCondition]map(type)~merge(type) containerStatuses#8:[ContainerStatus] ephemeralContainerStatuses#13:[ContainerStatus] extendedResourceClaimStatus#18:PodExtendedResourceClaimStatus hostIP?#5:string hostIPs#16:[HostIP]~merge(ip) initContainerStatuses#10:[ContainerStatus] message?#3:string nodeAllocatableResourceClaimStatuses#21:[NodeAllocatableResourceClaimStatus]map(resourceClaimName)~merge(resourceClaimName) nominatedNodeName?#11:string observedGeneration?#17:int64 phase?#1:string podIP?#6:string podIPs#12:[PodIP]map(ip)~merge(ip) qosClass?#9:string reason?#4:string resize?#14:string resourceClaimStatuses#15:[PodResourceClaimStatus]map(name)~merge,retainKeys(name) resources#20:ResourceRequirements startTime#7:time volumeHealth#22:[PodVolumeHealth]map(name) }
core.v1.PodTemplate { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} template#2:PodTemplateSpec={} }
core.v1.PodTemplateList { apiVersion:string items!#2:[PodTemplate] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.PodTemplateSpec { metadata#1:meta.v1.ObjectMeta={} spec#2:PodSpec={} }
core.v1.PodVolumeHealth { healthConditions#2:[VolumeHealthCondition]map(status,reason)~merge(status) lastTransitionTime#3:time name!#1:string="" }
core.v1.PortStatus { error#3:string port!#1:int32=0 protocol!#2:string="" }
core.v1.PortworxVolumeSource { fsType?#2:string readOnly?#3:boolean volumeID!#1:string="" }
core.v1.PreferredSchedulingTerm { preference!#2:NodeSelectorTerm={} weight!#1:int32=0 }
core.v1.Probe { exec#1.1:ExecAction failureThreshold?#6:int32 grpc#1.4:GRPCAction httpGet#1.2:HTTPGetAction initialDelaySeconds?#2:int32 periodSeconds?#4:int32 successThreshold?#5:int32 tcpSocket#1.3:TCPSocketAction terminationGracePeriodSeconds#7:int64 timeoutSeconds?#3:int32 }
core.v1.ProjectedVolumeSource { defaultMode#2:int32 defaultUser#3:int64 sources#1:[VolumeProjection] }
core.v1.QuobyteVolumeSource { group?#5:string readOnly?#3:boolean registry!#1:string="" tenant?#6:string user?#4:string volume!#2:string="" }
core.v1.RBDPersistentVolumeSource { fsType?#3:string image!#2:string="" keyring?#6:string="/etc/ceph/keyring" monitors!#1:[string] pool?#4:string="rbd" readOnly?#8:boolean secretRef#7:SecretReference user?#5:string="admin" }
core.v1.RBDVolumeSource { fsType?#3:string image!#2:string="" keyring?#6:string="/etc/ceph/keyring" monitors!#1:[string] pool?#4:string="rbd" readOnly?#8:boolean secretRef#7:LocalObjectReference user?#5:string="admin" }
core.v1.ReplicationController { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ReplicationControllerSpec={} status#3:ReplicationControllerStatus={} }
core.v1.ReplicationControllerCondition { lastTransitionTime#3:time message?#5:string reason?#4:string status!#2:string="" type!#1:string="" }
core.v1.ReplicationControllerList { apiVersion:string items!#2:[ReplicationController] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ReplicationControllerSpec { minReadySeconds?#4:int32 replicas#1:int32=1 selector#2:{string}atomic template#3:PodTemplateSpec }
core.v1.ReplicationControllerStatus { availableReplicas?#5:int32 conditions#6:[ReplicationControllerCondition]map(type)~merge(type) fullyLabeledReplicas?#2:int32 observedGeneration?#3:int64 readyReplicas?#4:int32 replicas!#1:int32=0 }
core.v1.ResourceClaim { name!#1:string="" request?#2:string }
core.v1.ResourceFieldSelector atomic { containerName?#1:string divisor#3:quantity resource!#2:string="" }
core.v1.ResourceHealth { health?#2:string message#6:string resourceID!#1:string="" }
core.v1.ResourceQuota { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ResourceQuotaSpec={} status#3:ResourceQuotaStatus={} }
core.v1.ResourceQuotaList { apiVersion:string items!#2:[ResourceQuota] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ResourceQuotaSpec { hard#1:{quantity} scopeSelector#3:ScopeSelector scopes#2:[string] }
core.v1.ResourceQuotaStatus { hard#1:{quantity} used#2:{quantity} }
core.v1.ResourceRequirements { claims#3:[ResourceClaim]map(name) limits#1:{quantity} requests#2:{quantity} }
core.v1.ResourceStatus { name!#1:string="" resources#2:[ResourceHealth]map(resourceID) }
core.v1.SELinuxOptions { level?#4:string role?#2:string type?#3:string user?#1:string }
core.v1.ScaleIOPersistentVolumeSource { fsType?#9:string="xfs" gateway!#1:string="" protectionDomain?#5:string readOnly?#10:boolean secretRef!#3:SecretReference sslEnabled?#4:boolean storageMode?#7:string="ThinProvisioned" storagePool?#6:string system!#2:string="" volumeName?#8:string }
core.v1.ScaleIOVolumeSource { fsType?#9:string="xfs" gateway!#1:string="" protectionDomain?#5:string readOnly?#10:boolean secretRef!#3:LocalObjectReference sslEnabled?#4:boolean storageMode?#7:string="ThinProvisioned" storagePool?#6:string system!#2:string="" volumeName?#8:string }
core.v1.ScopeSelector atomic { matchExpressions#1:[ScopedResourceSelectorRequirement] }
core.v1.ScopedResourceSelectorRequirement { operator!#2:string="" scopeName!#1:string="" values#3:[string] }
core.v1.SeccompProfile { localhostProfile#2:string type!#1:string="" }
core.v1.Secret { apiVersion:string data#2:{bytes} immutable#5:boolean kind:string metadata#1:meta.v1.ObjectMeta={} stringData#4:{string} type?#3:string }
core.v1.SecretEnvSource { name#1.1:string="" optional#2:boolean }
core.v1.SecretKeySelector atomic { key!#2:string="" name#1.1:string="" optional#3:boolean }
core.v1.SecretList { apiVersion:string items!#2:[Secret] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.SecretProjection { items#2:[KeyToPath] name#1.1:string="" optional#4:boolean }
core.v1.SecretReference atomic { name?#1:string namespace?#2:string }
core.v1.SecretVolumeSource { defaultMode#3:int32 defaultUser#5:int64 items#2:[KeyToPath] optional#4:boolean secretName?#1:string }
core.v1.SecurityContext { allowPrivilegeEscalation#7:boolean appArmorProfile#12:AppArmorProfile capabilities#1:Capabilities privileged#2:boolean procMount#9:string readOnlyRootFilesystem#6:boolean runAsGroup#8:int64 runAsNonRoot#5:boolean runAsUser#4:int64 seLinuxOptions#3:SELinuxOptions seccompProfile#11:SeccompProfile windowsOptions#10:WindowsSecurityContextOptions }
core.v1.Service { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec#2:ServiceSpec={} status#3:ServiceStatus={} }
core.v1.ServiceAccount { apiVersion#2.5:string automountServiceAccountToken#4:boolean imagePullSecrets#3:[LocalObjectReference] kind#2.1:string metadata#1:meta.v1.ObjectMeta={} secrets#2:[ObjectReference]map(name)~merge(name) }
core.v1.ServiceAccountList { apiVersion:string items!#2:[ServiceAccount] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ServiceAccountTokenProjection { audience?#1:string expirationSeconds#2:int64 path!#3:string="" user#4:int64 }
core.v1.ServiceList { apiVersion:string items!#2:[Service] kind:string metadata#1:meta.v1.ListMeta={} }
core.v1.ServicePort { appProtocol#6:string name?#1:string nodePort?#5:int32 port!#3:int32=0 protocol?#2:string="TCP" targetPort#4:intOrString }
core.v1.ServiceSpec { allocateLoadBalancerNodePorts#20:boolean clusterIP?#3:string clusterIPs#18:[string] externalIPs#5:[string] externalName?#10:string externalTrafficPolicy?#11:string healthCheckNodePort?#12:int32 internalTrafficPolicy#22:string ipFamilies#19:[string] ipFamilyPolicy#17:string loadBalancerClass#21:string loadBalancerIP?#8:string loadBalancerSourceRanges#9:[string] ports#1:[ServicePort]map(port,protocol)~merge(port) publishNotReadyAddresses?#13:boolean selector#2:{string}atomic sessionAffinity?#7:string sessionAffinityConfig#14:SessionAffinityConfig trafficDistribution#23:string type?#4:string }
core.v1.ServiceStatus { conditions#2:[meta.v1.Condition]map(type)~merge(type) loadBalancer#1:LoadBalancerStatus={} }
core.v1.SessionAffinityConfig { clientIP#1:ClientIPConfig }
core.v1.SleepAction { seconds!#1:int64=0 }
core.v1.StorageOSPersistentVolumeSource { fsType?#3:string readOnly?#4:boolean secretRef#5:ObjectReference volumeName?#1:string volumeNamespace?#2:string }
core.v1.StorageOSVolumeSource { fsType?#3:string readOnly?#4:boolean secretRef#5:LocalObjectReference volumeName?#1:string volumeNamespace?#2:string }
core.v1.Sysctl { name!#1:string="" value!#2:string="" }
core.v1.TCPSocketAction { host?#2:string port!#1:intOrString }
core.v1.Taint { effect!#3:string="" key!#1:string="" timeAdded#4:time value?#2:string }
core.v1.Toleration { effect?#4:string key?#1:string operator?#2:string tolerationSeconds#5:int64 value?#3:string }
core.v1.TopologySelectorLabelRequirement { key!#1:string="" values!#2:[string] }
core.v1.TopologySelectorTerm atomic { matchLabelExpressions#1:[TopologySelectorLabelRequirement] }
core.v1.TopologySpreadConstraint { labelSelector#4:meta.v1.LabelSelector matchLabelKeys#8:[string] maxSkew!#1:int32=0 minDomains#5:int32 nodeAffinityPolicy#6:string nodeTaintsPolicy#7:string topologyKey!#2:string="" whenUnsatisfiable!#3:string="" }
core.v1.TypedLocalObjectReference atomic { apiGroup#1:string kind!#2:string="" name!#3:string="" }
core.v1.TypedObjectReference { apiGroup#1:string kind!#2:string="" name!#3:string="" namespace#4:string }
core.v1.Volume { awsElasticBlockStore#2.4:AWSElasticBlockStoreVolumeSource azureDisk#2.22:AzureDiskVolumeSource azureFile#2.18:AzureFileVolumeSource cephfs#2.14:CephFSVolumeSource cinder#2.13:CinderVolumeSource configMap#2.19:ConfigMapVolumeSource csi#2.28:CSIVolumeSource downwardAPI#2.16:DownwardAPIVolumeSource emptyDir#2.2:EmptyDirVolumeSource ephemeral#2.29:EphemeralVolumeSource fc#2.17:FCVolumeSource flexVolume#2.12:FlexVolumeSource flocker#2.15:FlockerVolumeSource gcePersistentDisk#2.3:GCEPersistentDiskVolumeSource gitRepo#2.5:GitRepoVolumeSource glusterfs#2.9:GlusterfsVolumeSource hostPath#2.1:HostPathVolumeSource image#2.30:ImageVolumeSource iscsi#2.8:ISCSIVolumeSource name!#1:string="" nfs#2.7:NFSVolumeSource persistentVolumeClaim#2.10:PersistentVolumeClaimVolumeSource photonPersistentDisk#2.23:PhotonPersistentDiskVolumeSource portworxVolume#2.24:PortworxVolumeSource projected#2.26:ProjectedVolumeSource quobyte#2.21:QuobyteVolumeSource rbd#2.11:RBDVolumeSource scaleIO#2.25:ScaleIOVolumeSource secret#2.6:SecretVolumeSource storageos#2.27:StorageOSVolumeSource vsphereVolume#2.20:VsphereVirtualDiskVolumeSource }
core.v1.VolumeDevice { devicePath!#2:string="" name!#1:string="" }
core.v1.VolumeHealthCondition { message?#3:string reason!#2:string="" status!#1:string="" }
core.v1.VolumeHealthStatus { healthConditions#1:[VolumeHealthCondition]map(status,reason)~merge(status) lastTransitionTime#2:time }
core.v1.VolumeMount { bindMountOptions#8:[string]set mountPath!#3:string="" mountPropagation#5:string name!#1:string="" readOnly?#2:boolean recursiveReadOnly#7:string subPath?#4:string subPathExpr?#6:string }
core.v1.VolumeMountStatus { mountPath!#2:string="" name!#1:string="" readOnly?#3:boolean recursiveReadOnly#4:string volumeStatus#5:VolumeStatus }
core.v1.VolumeNodeAffinity { required#1:NodeSelector }
core.v1.VolumeProjection { clusterTrustBundle#5:ClusterTrustBundleProjection configMap#3:ConfigMapProjection downwardAPI#2:DownwardAPIProjection podCertificate#6:PodCertificateProjection secret#1:SecretProjection serviceAccountToken#4:ServiceAccountTokenProjection }
core.v1.VolumeResourceRequirements { limits#1:{quantity} requests#2:{quantity} }
core.v1.VolumeStatus { image#1:ImageVolumeStatus }
core.v1.VsphereVirtualDiskVolumeSource { fsType?#2:string storagePolicyID?#4:string storagePolicyName?#3:string volumePath!#1:string="" }
core.v1.WeightedPodAffinityTerm { podAffinityTerm!#2:PodAffinityTerm={} weight!#1:int32=0 }
core.v1.WindowsSecurityContextOptions { gmsaCredentialSpec#2:string gmsaCredentialSpecName#1:string hostProcess#4:boolean runAsUserName#3:string }
`;
