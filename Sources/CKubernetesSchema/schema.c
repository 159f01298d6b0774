#include "kubernetes_schema.h"

static const unsigned char fields[] = {
#embed "fields.txt"
};

static const unsigned char descriptions[] = {
#embed "descriptions.txt"
};

const unsigned char *kubernetes_schema(size_t *count) {
    *count = sizeof fields;
    return fields;
}

const unsigned char *kubernetes_descriptions(size_t *count) {
    *count = sizeof descriptions;
    return descriptions;
}
