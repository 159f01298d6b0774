// Makes the locks of Swift's Mutex known to the thread sanitizer.
//
// The fast path of Mutex is compiled into our code and is seen; the slow path, which is taken when two threads want the lock
// at once, is in libswiftSynchronization, which is not instrumented: without this, every contended lock looks like a race.
// Source: swift/stdlib/public/Synchronization/Mutex/LinuxImpl.swift.
#define _GNU_SOURCE
#include "CThreadSanitizer.h"

#if __has_feature(thread_sanitizer)
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(const void *address);
void __tsan_release(const void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) const void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void cthreadsanitizer_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool cthreadsanitizer_try_lock(SELF) __asm__(TRY_LOCK);
SWIFT void cthreadsanitizer_unlock(SELF) __asm__(UNLOCK);

SWIFT void cthreadsanitizer_lock(uint32_t thread, SELF) {
    SWIFT void (*next)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK);
    next(thread, self);
    __tsan_acquire(self);
}

SWIFT bool cthreadsanitizer_try_lock(SELF) {
    SWIFT bool (*next)(SELF) = (SWIFT bool (*)(SELF))dlsym(RTLD_NEXT, TRY_LOCK);
    bool locked = next(self);
    if (locked) __tsan_acquire(self);
    return locked;
}

SWIFT void cthreadsanitizer_unlock(SELF) {
    SWIFT void (*next)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK);
    __tsan_release(self);
    next(self);
}

bool cthreadsanitizer_is_on(void) { return true; }
#else
bool cthreadsanitizer_is_on(void) { return false; }
#endif
