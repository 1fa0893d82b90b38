// Made by test/tools/builtin-schemas.ts from Kubernetes v1.37.2.
export const schemas = String.raw`
apiextensions.v1.CustomResourceColumnDefinition { description?#4:string format?#3:string jsonPath!#6:string="" name!#1:string="" priority?#5:int32 type!#2:string="" }
apiextensions.v1.CustomResourceConversion { strategy!#1:string="" webhook#2:WebhookConversion }
apiextensions.v1.CustomResourceDefinition { apiVersion:string kind:string metadata#1:meta.v1.ObjectMeta={} spec!#2:CustomResourceDefinitionSpec={} status#3:CustomResourceDefinitionStatus={} }
apiextensions.v1.CustomResourceDefinitionCondition { lastTransitionTime#3:time message?#5:string observedGeneration?#6:int64 reason?#4:string status!#2:string="" type!#1:string="" }
apiextensions.v1.CustomResourceDefinitionList { apiVersion:string items!#2:[CustomResourceDefinition] kind:string metadata#1:meta.v1.ListMeta={} }
apiextensions.v1.CustomResourceDefinitionNames { categories#6:[string] kind!#4:string="" listKind?#5:string plural!#1:string="" shortNames#3:[string] singular?#2:string }
apiextensions.v1.CustomResourceDefinitionSpec { conversion#9:CustomResourceConversion group!#1:string="" names!#3:CustomResourceDefinitionNames={} preserveUnknownFields?#10:boolean scope!#4:string="" versions!#7:[CustomResourceDefinitionVersion] }
apiextensions.v1.CustomResourceDefinitionStatus { acceptedNames#2:CustomResourceDefinitionNames={} conditions#1:[CustomResourceDefinitionCondition]map(type) observedGeneration?#4:int64 storedVersions#3:[string] }
apiextensions.v1.CustomResourceDefinitionVersion { additionalPrinterColumns#6:[CustomResourceColumnDefinition] deprecated?#7:boolean deprecationWarning#8:string name!#1:string="" schema#4:CustomResourceValidation selectableFields#9:[SelectableField] served!#2:boolean=false storage!#3:boolean=false subresources#5:CustomResourceSubresources }
apiextensions.v1.CustomResourceSubresourceScale { labelSelectorPath#3:string specReplicasPath!#1:string="" statusReplicasPath!#2:string="" }
apiextensions.v1.CustomResourceSubresourceStatus {  }
apiextensions.v1.CustomResourceSubresources { scale#2:CustomResourceSubresourceScale status#1:CustomResourceSubresourceStatus }
apiextensions.v1.CustomResourceValidation { openAPIV3Schema#1:JSONSchemaProps }
apiextensions.v1.ExternalDocumentation { description?#1:string url?#2:string }
apiextensions.v1.JSONSchemaProps { $ref:string $schema:string additionalItems#33:any additionalProperties#30:any allOf#25:[JSONSchemaProps] anyOf#27:[JSONSchemaProps] default#8:any definitions#34:{JSONSchemaProps} dependencies#32:{any} description?#4:string enum#20:[any] example#36:any exclusiveMaximum?#10:boolean exclusiveMinimum?#12:boolean externalDocs#35:ExternalDocumentation format?#6:string id?#1:string items#24:any maxItems#16:int64 maxLength#13:int64 maxProperties#21:int64 maximum#9:double minItems#17:int64 minLength#14:int64 minProperties#22:int64 minimum#11:double multipleOf#19:double not#28:JSONSchemaProps nullable?#37:boolean oneOf#26:[JSONSchemaProps] pattern?#15:string patternProperties#31:{JSONSchemaProps} properties#29:{JSONSchemaProps} required#23:[string] title?#7:string type?#5:string uniqueItems?#18:boolean x-kubernetes-embedded-resource:boolean x-kubernetes-int-or-string:boolean x-kubernetes-list-map-keys:[string] x-kubernetes-list-type:string x-kubernetes-map-type:string x-kubernetes-preserve-unknown-fields:boolean x-kubernetes-validations:[ValidationRule]map(rule)~merge(rule) }
apiextensions.v1.SelectableField { jsonPath!#1:string="" }
apiextensions.v1.ServiceReference { name!#2:string="" namespace!#1:string="" path#3:string port#4:int32 }
apiextensions.v1.ValidationRule { fieldPath?#5:string message?#2:string messageExpression?#3:string optionalOldSelf#6:boolean reason#4:string rule!#1:string="" }
apiextensions.v1.WebhookClientConfig { caBundle?#2:bytes service#1:ServiceReference url#3:string }
apiextensions.v1.WebhookConversion { clientConfig#2:WebhookClientConfig conversionReviewVersions!#3:[string] }
`;
