extension CompleteDocuments {
    package static let replicaSet = """
        {"metadata":\(metadata),"spec":{"replicas":3,"minReadySeconds":1,"selector":\(selector),
        "template":\(template)},"status":{"replicas":4,"fullyLabeledReplicas":1,"readyReplicas":2,
        "availableReplicas":3,"observedGeneration":2,"conditions":\(conditions)}}
        """

    package static let statefulSet = """
        {"metadata":\(metadata),"spec":{"replicas":3,"selector":\(selector),"template":\(template),
        "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"storageClassName":"x"}}],"serviceName":"svc",
        "podManagementPolicy":"Parallel","updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},
        "status":{"observedGeneration":2,"replicas":4,"readyReplicas":5,"currentReplicas":6,"updatedReplicas":7,
        "currentRevision":"r1","updateRevision":"r2","availableReplicas":8,"conditions":\(conditions)}}
        """

    package static let daemonSet = """
        {"metadata":\(metadata),"spec":{"selector":\(selector),"template":\(template),
        "updateStrategy":{"type":"OnDelete"}},"status":{"currentNumberScheduled":1,"numberMisscheduled":2,
        "desiredNumberScheduled":3,"numberReady":4,"observedGeneration":5,"updatedNumberScheduled":6,
        "numberAvailable":7,"numberUnavailable":8,"conditions":\(conditions)}}
        """

    package static let jobSpec = """
        {"parallelism":2,"completions":3,"activeDeadlineSeconds":4,"backoffLimit":5,"selector":\(selector),
        "template":\(template),"suspend":true}
        """

    package static let job = """
        {"metadata":\(metadata),"spec":\(jobSpec),"status":{"conditions":\(conditions),
        "startTime":"2026-03-01T00:00:00Z","completionTime":"2026-03-01T00:00:01Z","active":1,"succeeded":2,
        "failed":3,"failedIndexes":"1,3"}}
        """

    package static let cronJob = """
        {"metadata":\(metadata),"spec":{"schedule":"* * * * *","timeZone":"Etc/UTC","startingDeadlineSeconds":9,
        "concurrencyPolicy":"Forbid","suspend":true,"jobTemplate":{"metadata":{"name":"x"},"spec":\(jobSpec)}},
        "status":{"active":[{"kind":"Job","name":"j"}],"lastScheduleTime":"2026-03-01T00:00:00Z",
        "lastSuccessfulTime":"2026-03-01T00:00:01Z"}}
        """

    package static let autoscaler = """
        {"metadata":\(metadata),"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},
        "minReplicas":2,"maxReplicas":3,"metrics":[
        {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80,
        "value":"3","averageValue":"4m"}}},
        {"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"Utilization"}}},
        {"type":"Pods","pods":{"metric":{"name":"m1"},"target":{"type":"AverageValue"}}},
        {"type":"Object","object":{"metric":{"name":"m2"},"target":{"type":"Value"}}},
        {"type":"External","external":{"metric":{"name":"m3"},"target":{"type":"Value"}}}]},
        "status":{"lastScaleTime":"2026-03-01T00:00:00Z","currentReplicas":1,"desiredReplicas":2,
        "currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"value":"1","averageValue":"2m",
        "averageUtilization":3}}},{"type":"Pods","pods":{"metric":{"name":"m1"},"current":{"averageValue":"4"}}},
        {"type":"Object","object":{"metric":{"name":"m2"},"current":{"value":"5"}}},
        {"type":"ContainerResource","containerResource":{"name":"cpu","current":{"averageUtilization":6}}},
        {"type":"External","external":{"metric":{"name":"m3"},"current":{"value":"7"}}}],
        "conditions":\(conditions)}}
        """

    package static let disruptionBudget = """
        {"metadata":\(metadata),"spec":{"minAvailable":"50%","selector":\(selector),"maxUnavailable":1,
        "unhealthyPodEvictionPolicy":"AlwaysAllow"},"status":{"observedGeneration":2,"disruptionsAllowed":3,
        "currentHealthy":4,"desiredHealthy":5,"expectedPods":6,"conditions":\(conditions)}}
        """

    package static let peers = """
        [{"podSelector":\(selector),"namespaceSelector":{"matchLabels":{"n":"m"}}},
        {"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]
        """

    package static let networkPolicy = """
        {"metadata":\(metadata),"spec":{"podSelector":\(selector),"policyTypes":["Ingress","Egress"],
        "ingress":[{"ports":[{"protocol":"TCP","port":"http","endPort":90}],"from":\(peers)}],
        "egress":[{"ports":[{"port":53}],"to":\(peers)}]}}
        """

    package static let ingressClass = """
        {"metadata":\(metadata),"spec":{"controller":"example.com/ingress","parameters":{"apiGroup":"g",
        "kind":"Settings","name":"s","scope":"Namespace","namespace":"ns"}}}
        """

    package static let claim = """
        {"metadata":\(metadata),"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},
        "volumeName":"v","storageClassName":"fast","volumeMode":"Block","volumeAttributesClassName":"gold"},
        "status":{"phase":"Bound","accessModes":["ReadWriteMany"],"capacity":{"storage":"2Gi"},
        "conditions":\(conditions)}}
        """

    package static let volume = """
        {"metadata":\(metadata),"spec":{"capacity":{"storage":"2Gi"},"accessModes":["ReadWriteOnce"],
        "claimRef":{"kind":"PersistentVolumeClaim","namespace":"ns","name":"c","uid":"cu"},
        "persistentVolumeReclaimPolicy":"Retain","storageClassName":"fast","volumeMode":"Block",
        "volumeAttributesClassName":"gold",
        "nodeAffinity":{"required":\(nodeTerms)}},"status":{"phase":"Failed","message":"m","reason":"R"}}
        """

    package static let storageClass = """
        {"metadata":\(metadata),"provisioner":"example.com/disk","reclaimPolicy":"Delete","allowVolumeExpansion":true,
        "volumeBindingMode":"WaitForFirstConsumer"}
        """

    package static let configMap = """
        {"metadata":\(metadata),"data":{"b":"öl\\n","a":""},"binaryData":{"c":"AAECAw=="}}
        """

    package static let secret = """
        {"metadata":\(metadata),"data":{"password":"aHVudGVyMg==","empty":"","full":"YWJj"},"type":"Opaque"}
        """

    package static let serviceAccount = """
        {"metadata":\(metadata),"secrets":[{"name":"token"}],"imagePullSecrets":[{"name":"registry"}],
        "automountServiceAccountToken":false}
        """

    package static let quota = """
        {"metadata":\(metadata),"spec":{"hard":{"pods":"2"},"scopes":["BestEffort"],"scopeSelector":
        {"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}},
        "status":{"hard":{"pods":"3"},"used":{"pods":"1"}}}
        """

    package static let limitRange = """
        {"metadata":\(metadata),"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"1m"},
        "default":{"cpu":"1"},"defaultRequest":{"cpu":"10m"}}]}}
        """
}
