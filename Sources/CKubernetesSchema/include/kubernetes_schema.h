// The field numbers of the Kubernetes API, as text: see fields.txt.
#pragma once
#include <stddef.h>

// The bytes of fields.txt; they stay for as long as the process.
const unsigned char *kubernetes_schema(size_t *count);
// The bytes of descriptions.txt; they stay for as long as the process.
const unsigned char *kubernetes_descriptions(size_t *count);
