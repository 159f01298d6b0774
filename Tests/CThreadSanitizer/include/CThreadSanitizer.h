#pragma once
#include <stdbool.h>

/// Whether this was built with `--sanitize=thread`.
bool cthreadsanitizer_is_on(void);
