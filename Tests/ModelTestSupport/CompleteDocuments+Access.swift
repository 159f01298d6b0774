extension CompleteDocuments {
    package static let rules = """
        [{"verbs":["get"],"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["web"],
        "nonResourceURLs":["/healthz"]}]
        """

    package static let role = """
        {"metadata":\(metadata),"rules":\(rules)}
        """

    package static let clusterRole = """
        {"metadata":\(metadata),"rules":\(rules),"aggregationRule":{"clusterRoleSelectors":[\(selector)]}}
        """

    package static let roleBinding = """
        {"metadata":\(metadata),"subjects":[{"kind":"ServiceAccount","name":"sa","namespace":"ns"},
        {"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"jane"}],
        "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}
        """

    package static let endpoints = """
        {"metadata":\(metadata),"subsets":[{"addresses":[{"ip":"10.0.0.2","hostname":"h","nodeName":"node",
        "targetRef":{"kind":"Pod","namespace":"ns","name":"p","uid":"pu"}}],"notReadyAddresses":[{"ip":"10.0.0.3"}],
        "ports":[{"name":"http","port":8080,"protocol":"TCP"}]}]}
        """

    package static let lease = """
        {"metadata":\(metadata),"spec":{"holderIdentity":"node","leaseDurationSeconds":40,
        "acquireTime":"2026-03-01T00:00:00.000001Z","renewTime":"2026-03-01T00:00:02.123456Z","leaseTransitions":3}}
        """

    package static let priorityClass = """
        {"metadata":\(metadata),"value":1000,"globalDefault":true,"description":"d","preemptionPolicy":"Never"}
        """

    package static let definition = """
        {"metadata":\(metadata),"spec":{"group":"example.com","names":{"plural":"rockets","singular":"rocket",
        "shortNames":["rk"],"kind":"Rocket","listKind":"RocketList","categories":["all"]},"scope":"Namespaced",
        "versions":[{"name":"v1","served":true,"storage":true,"deprecated":true}]},
        "status":{"conditions":\(conditions)}}
        """
}
