/// One document of each kind in which every field that is kept has a value other than its default.
package enum CompleteDocuments {
    /// JSON by protobuf message.
    package static let all: [(message: String, resource: String, json: String)] = [
        ("core.v1.Pod", "pods", pod), ("core.v1.Service", "services", service),
        ("networking.v1.Ingress", "ingresses", ingress), ("core.v1.Event", "events", event),
        ("core.v1.Namespace", "namespaces", namespace), ("core.v1.Node", "nodes", node),
        ("apps.v1.Deployment", "deployments", deployment),
        ("discovery.v1.EndpointSlice", "endpointslices", endpointSlice),
        ("apps.v1.ReplicaSet", "replicasets", replicaSet), ("apps.v1.StatefulSet", "statefulsets", statefulSet),
        ("apps.v1.DaemonSet", "daemonsets", daemonSet), ("batch.v1.Job", "jobs", job),
        ("batch.v1.CronJob", "cronjobs", cronJob),
        ("autoscaling.v2.HorizontalPodAutoscaler", "horizontalpodautoscalers", autoscaler),
        ("policy.v1.PodDisruptionBudget", "poddisruptionbudgets", disruptionBudget),
        ("networking.v1.NetworkPolicy", "networkpolicies", networkPolicy),
        ("networking.v1.IngressClass", "ingressclasses", ingressClass),
        ("core.v1.PersistentVolumeClaim", "persistentvolumeclaims", claim),
        ("core.v1.PersistentVolume", "persistentvolumes", volume),
        ("storage.v1.StorageClass", "storageclasses", storageClass),
        ("core.v1.ConfigMap", "configmaps", configMap), ("core.v1.Secret", "secrets", secret),
        ("core.v1.ServiceAccount", "serviceaccounts", serviceAccount),
        ("core.v1.ResourceQuota", "resourcequotas", quota), ("core.v1.LimitRange", "limitranges", limitRange),
        ("rbac.v1.Role", "roles", role), ("rbac.v1.ClusterRole", "clusterroles", clusterRole),
        ("rbac.v1.RoleBinding", "rolebindings", roleBinding),
        ("rbac.v1.ClusterRoleBinding", "clusterrolebindings", roleBinding),
        ("core.v1.Endpoints", "endpoints", endpoints),
        ("coordination.v1.Lease", "leases", lease), ("scheduling.v1.PriorityClass", "priorityclasses", priorityClass),
        (
            "apiextensions.v1.CustomResourceDefinition",
            "customresourcedefinitions", definition
        ),
    ]

    package static let metadata = """
        {"name":"n","generateName":"g","namespace":"ns","uid":"u","resourceVersion":"7","generation":3,
        "creationTimestamp":"2026-02-28T23:59:59Z","deletionTimestamp":"2026-03-01T00:00:00Z",
        "labels":{"b":"2","a":"1"},"annotations":{"x":"y","kubernetes.io/ingress.class":"nginx"},
        "finalizers":["example.com/f"],"ownerReferences":[{"apiVersion":"apps/v1",
        "kind":"ReplicaSet","name":"rs","uid":"ru","controller":true,"blockOwnerDeletion":true}]}
        """

    package static let conditions = """
        [{"type":"Ready","status":"False","lastTransitionTime":"2026-03-01T00:00:01Z","reason":"R","message":"M"}]
        """

    package static let containers = """
        [{"name":"c","image":"i","command":["run","-v"],
        "ports":[{"name":"http","hostPort":1,"containerPort":8080,"protocol":"TCP"}],
        "envFrom":[{"prefix":"P_","configMapRef":{"name":"cm","optional":true}},{"secretRef":{"name":"s"}}],
        "env":[{"name":"PLAIN","value":"kept by nobody"},{"name":"HOST","valueFrom":{"fieldRef":{"fieldPath":"f"}}},
        {"name":"A","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}},
        {"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"l","optional":true}}}],
        "resources":{"limits":{"memory":"1Gi"},"requests":{"cpu":"100m"}},
        "livenessProbe":{"exec":{"command":["true","x"]},"initialDelaySeconds":1,"timeoutSeconds":2,
        "periodSeconds":3,"successThreshold":4,"failureThreshold":5,"terminationGracePeriodSeconds":6},
        "readinessProbe":{"httpGet":{"path":"/p","port":"http","host":"h","scheme":"HTTPS"}},
        "startupProbe":{"tcpSocket":{"port":8080,"host":"h"}},
        "lifecycle":{"postStart":{"exec":{"command":["a"]}},"preStop":{"exec":{"command":["b"]}}},
        "imagePullPolicy":"Never","securityContext":{"runAsUser":5,"runAsNonRoot":true},"restartPolicy":"Always"},
        {"name":"d","livenessProbe":{"grpc":{"port":9,"service":"g"}}}]
        """

    package static let selector = """
        {"matchLabels":{"app":"x"},"matchExpressions":[{"key":"tier","operator":"In","values":["a","b"]}]}
        """

    package static let podTerms = """
        [{"labelSelector":\(selector),"namespaces":["ns"],"topologyKey":"zone","namespaceSelector":{"matchLabels":
        {"n":"m"}}}]
        """

    package static let nodeTerms = """
        {"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["z"]}],
        "matchFields":[{"key":"metadata.name","operator":"In","values":["node"]}]}]}
        """

    package static let podSpec = """
        {"volumes":[{"name":"kube-api-access-x","projected":{"sources":[{"configMap":{"name":"kube-root-ca.crt"}}]}},
        {"name":"tmp","emptyDir":{}},{"name":"v1","configMap":{"name":"cm","items":[{"key":"k","path":"p"}],
        "optional":true}},{"name":"v2","secret":{"secretName":"s","items":[{"key":"l","path":"p"}],
        "optional":true}},
        {"name":"v3","persistentVolumeClaim":{"claimName":"claim"}},{"name":"v4","hostPath":{"path":"/var"}},
        {"name":"v5","ephemeral":{"volumeClaimTemplate":{"spec":{"volumeName":"x"}}}},
        {"name":"v6","projected":{"sources":[{"secret":{"name":"s2","items":[{"key":"m","path":"p"}],"optional":true}},
        {"configMap":{"name":"cm2"}}]}}],
        "initContainers":\(containers),"containers":\(containers),
        "restartPolicy":"Never","terminationGracePeriodSeconds":7,"nodeSelector":{"disk":"ssd"},
        "serviceAccountName":"sa","nodeName":"node","hostNetwork":true,
        "securityContext":{"runAsUser":6,"runAsNonRoot":true},"imagePullSecrets":[{"name":"registry"}],
        "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":\(nodeTerms)},
        "podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":\(podTerms)},
        "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":\(podTerms)}},
        "schedulerName":"s","tolerations":[{"key":"k","operator":"Equal","value":"v","effect":"NoExecute",
        "tolerationSeconds":300}],"priorityClassName":"p","readinessGates":[{"conditionType":"gate"}],
        "overhead":{"cpu":"10m"},"topologySpreadConstraints":[{"maxSkew":2,"topologyKey":"zone",
        "whenUnsatisfiable":"DoNotSchedule","labelSelector":\(selector)}],"schedulingGates":[{"name":"wait"}],
        "resources":{"limits":{"memory":"2Gi"},"requests":{"cpu":"200m"}},
        "ephemeralContainers":[{"name":"e","image":"busybox","command":["sh"],"targetContainerName":"c",
        "envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}}],
        "imagePullPolicy":"Always","securityContext":{"runAsUser":8,"runAsNonRoot":true}}]}
        """

    package static let pod = """
        {"metadata":\(metadata),"spec":\(podSpec),
        "status":{"phase":"Running","conditions":\(conditions),"message":"m","reason":"Evicted",
        "nominatedNodeName":"nn","hostIP":"10.0.0.1","podIP":"10.0.0.2","podIPs":[{"ip":"10.0.0.2"},{"ip":"fd00::2"}],
        "startTime":"2026-03-01T00:00:02Z",
        "initContainerStatuses":[{"name":"c","state":{"waiting":{"reason":"W","message":"wm"}},
        "lastState":{"running":{"startedAt":"2026-03-01T00:00:03Z"}},"ready":true,"restartCount":2,"started":false}],
        "containerStatuses":[{"name":"d","state":{"terminated":{"exitCode":137,"signal":9,"reason":"OOMKilled",
        "message":"tm","startedAt":"2026-03-01T00:00:04Z","finishedAt":"2026-03-01T00:00:05Z"}}}],
        "qosClass":"Burstable",
        "ephemeralContainerStatuses":[{"name":"e","state":{"running":{"startedAt":"2026-03-01T00:00:06Z"}}}]}}
        """

    package static let template = """
        {"metadata":{"name":"t","labels":{"app":"x"}},"spec":\(podSpec)}
        """

    package static let service = """
        {"metadata":\(metadata),"spec":{"ports":[{"name":"http","protocol":"UDP","port":80,"targetPort":"web",
        "nodePort":30000},{"port":81,"targetPort":8081}],"selector":{"app":"x"},"clusterIP":"10.96.0.1",
        "clusterIPs":["10.96.0.1","fd00::1"],"type":"LoadBalancer","externalIPs":["1.2.3.4"],
        "externalName":"example.com","externalTrafficPolicy":"Local","publishNotReadyAddresses":true,
        "ipFamilies":["IPv4"],"loadBalancerClass":"class","internalTrafficPolicy":"Cluster"},
        "status":{"loadBalancer":{"ingress":[{"ip":"5.6.7.8","hostname":"lb.example.com"}]}}}
        """

    package static let ingress = """
        {"metadata":\(metadata),"spec":{"ingressClassName":"nginx",
        "defaultBackend":{"resource":{"apiGroup":"g","kind":"Bucket","name":"b"}},
        "tls":[{"hosts":["a.example.com"],"secretName":"tls"}],
        "rules":[{"host":"a.example.com","http":{"paths":[{"path":"/","pathType":"Prefix",
        "backend":{"service":{"name":"svc","port":{"name":"http","number":80}}}}]}}]},
        "status":{"loadBalancer":{"ingress":[{"ip":"5.6.7.8","hostname":"lb.example.com"}]}}}
        """

    package static let event = """
        {"metadata":\(metadata),"involvedObject":{"kind":"Pod","namespace":"ns","name":"p","uid":"pu",
        "apiVersion":"v1","resourceVersion":"6","fieldPath":"spec.containers{c}"},"reason":"BackOff","message":"m",
        "source":{"component":"kubelet","host":"node"},"firstTimestamp":"2026-03-01T00:00:00Z",
        "lastTimestamp":"2026-03-01T00:00:01Z","count":4,"type":"Warning","eventTime":"2026-03-01T00:00:02.123456Z",
        "series":{"count":5,"lastObservedTime":"2026-03-01T00:00:03.000001Z"},"reportingComponent":"kubelet",
        "reportingInstance":"node"}
        """

    package static let namespace = """
        {"metadata":\(metadata),"spec":{"finalizers":["kubernetes"]},
        "status":{"phase":"Terminating","conditions":\(conditions)}}
        """

    package static let node = """
        {"metadata":\(metadata),"spec":{"podCIDR":"10.0.0.0/24","unschedulable":true,
        "taints":[{"key":"k","value":"v","effect":"NoSchedule","timeAdded":"2026-03-01T00:00:00Z"}]},
        "status":{"capacity":{"memory":"2Gi","cpu":"4"},"allocatable":{"cpu":"3900m"},"conditions":\(conditions),
        "addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"machineID":"m","kernelVersion":"6.1",
        "osImage":"Debian","containerRuntimeVersion":"containerd://2","kubeletVersion":"v1.36.0",
        "architecture":"amd64"}}}
        """

    package static let deployment = """
        {"metadata":\(metadata),"spec":{"replicas":3,"selector":\(selector),"template":\(template),
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":"25%"}},
        "minReadySeconds":9,"paused":true,"progressDeadlineSeconds":60},
        "status":{"observedGeneration":2,"replicas":4,"updatedReplicas":1,"readyReplicas":2,"availableReplicas":3,
        "unavailableReplicas":5,"conditions":\(conditions)}}
        """

    package static let endpointSlice = """
        {"metadata":\(metadata),"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.2"],
        "conditions":{"ready":true,"serving":false,"terminating":true},"hostname":"h","targetRef":{"kind":"Pod",
        "namespace":"ns","name":"p","uid":"pu","apiVersion":"v1","fieldPath":"f"},"nodeName":"node","zone":"z"},
        {"addresses":["10.0.0.3"],"topology":{"kubernetes.io/hostname":"old-node"}}],
        "ports":[{"name":"http","protocol":"TCP","port":8080,"appProtocol":"http"}]}
        """
}
