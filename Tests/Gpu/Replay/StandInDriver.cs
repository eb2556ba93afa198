using System.Diagnostics;

namespace NativeSsl.Tests.Gpu;

/// <summary>
/// A library in the place of NVIDIA's driver, for machines without a GPU: it does nothing that it is asked for, but keeps the rules of
/// streams that are collected from (CUDA driver API, “stream capture”), counts, and tells at the end.
/// </summary>
static class StandInDriver
{
    internal const string Compiler = "/usr/bin/gcc";

    // What a stream is told while it is collected from goes into its graph; what may not be asked then answers 900 (capture unsupported), as the real one does.
    const string Source = """
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #define ASK(name, ...) int name(__VA_ARGS__)
        typedef struct { int launches; } Graph;
        typedef struct { Graph *collects; } Stream;
        static Stream *collected; static int launches, replays, graphs, refused, waits, events, alone, copies;
        __attribute__((destructor)) static void tell(void) {
            fprintf(stderr, "launches %d graphs %d replays %d refused %d waits %d events %d alone %d copies %d\n", launches, graphs, replays, refused, waits, events, alone, copies);
        }
        static int unless_collecting(void) { if (collected) { refused++; return 900; } return 0; }

        ASK(cuInit, int f) { return 0; }
        ASK(cuDriverGetVersion, int *v) { *v = 12040; return 0; }
        ASK(cuDeviceGet, int *d, int i) { *d = i; return 0; }
        ASK(cuDeviceGetCount, int *n) { *n = 1; return 0; }
        ASK(cuDeviceGetName, char *name, int length, int d) { strncpy(name, "stand-in", length); return 0; }
        ASK(cuDeviceTotalMem_v2, intptr_t *bytes, int d) { *bytes = 1L << 32; return 0; }
        ASK(cuDeviceGetAttribute, int *v, int which, int d) {
            switch (which) {
                case 75: *v = 9; break;                                  /* compute capability 9.0 */
                case 10: *v = 32; break;                                 /* a warp */
                case 16: *v = 4; break;                                  /* multiprocessors */
                case 1: case 2: case 3: *v = 1024; break; case 4: *v = 64; break;    /* threads of a team */
                case 5: *v = 2147483647; break; case 6: case 7: *v = 65535; break;   /* teams */
                case 8: *v = 49152; break; case 81: *v = 233472; break; case 97: *v = 232448; break;   /* shared memory */
                case 9: case 12: case 82: *v = 65536; break;             /* constants, registers */
                case 39: *v = 2048; break; case 13: case 36: *v = 1000000; break; case 37: *v = 1024; break;
                default: *v = 0;
            }
            return 0;
        }
        ASK(cuCtxCreate_v2, void **c, int f, int d) { *c = (void *)1; return 0; }
        ASK(cuCtxDestroy_v2, void *c) { return 0; }
        ASK(cuCtxSetCurrent, void *c) { return 0; }
        ASK(cuCtxSynchronize, void) { waits++; return unless_collecting(); }
        ASK(cuCtxGetCacheConfig, int *c) { *c = 0; return 0; }
        ASK(cuCtxSetCacheConfig, int c) { return 0; }
        ASK(cuCtxGetSharedMemConfig, int *c) { *c = 0; return 0; }
        ASK(cuCtxSetSharedMemConfig, int c) { return 0; }
        ASK(cuPointerGetAttribute, void *to, int which, void *p) { *(int *)to = 2; return 0; }
        ASK(cuMemGetInfo_v2, intptr_t *free, intptr_t *total) { *free = *total = 1L << 32; return 0; }
        ASK(cuMemAlloc_v2, void **p, intptr_t n) {
            if (unless_collecting()) return 900;
            n = (n + 255) / 256 * 256;
            *p = aligned_alloc(256, n);
            return *p ? 0 : 2;
        }
        ASK(cuMemFree_v2, void *p) { free(p); return 0; }
        ASK(cuMemAllocHost_v2, void **p, intptr_t n) { *p = calloc(1, n); return 0; }
        ASK(cuMemFreeHost, void *p) { free(p); return 0; }
        ASK(cuMemHostRegister_v2, void *p, intptr_t n, int f) { return 0; }
        ASK(cuMemHostUnregister, void *p) { return 0; }
        ASK(cuMemHostGetDevicePointer_v2, void **d, void *h, int f) { *d = h; return 0; }
        ASK(cuMemcpyAsync, void *to, void *from, intptr_t n, Stream *s) { if (!s || !s->collects) copies++; return 0; }
        ASK(cuMemsetD8Async, void *to, unsigned char value, intptr_t n, Stream *s) { return 0; }
        ASK(cuStreamCreate, Stream **s, int f) { *s = calloc(1, sizeof(Stream)); return 0; }
        ASK(cuStreamCreateWithPriority, Stream **s, int f, int p) { *s = calloc(1, sizeof(Stream)); return 0; }
        ASK(cuStreamDestroy_v2, Stream *s) { free(s); return 0; }
        ASK(cuStreamSynchronize, Stream *s) { waits++; return s && s->collects ? unless_collecting() : 0; }
        ASK(cuGetErrorString, int e, const char **text) { *text = "refused by the stand-in"; return 0; }
        ASK(cuModuleLoadDataEx, void **m, const char *text, int n, void *o, void *v) { *m = (void *)2; return unless_collecting(); }
        ASK(cuModuleLoadData, void **m, const char *text) { *m = (void *)2; return unless_collecting(); }
        ASK(cuModuleUnload, void *m) { return 0; }
        ASK(cuModuleGetFunction, void **f, void *m, const char *name) { *f = (void *)3; return 0; }
        ASK(cuFuncSetAttribute, void *f, int which, int v) { return 0; }
        ASK(cuLaunchKernel, void *f, int gx, int gy, int gz, int bx, int by, int bz, int shared, Stream *s, void **arguments, void **extra) {
            if (s && s->collects) s->collects->launches++; else { launches++; alone++; }
            return 0;
        }
        ASK(cuOccupancyMaxActiveBlocksPerMultiprocessor, int *n, void *f, int b, intptr_t d) { *n = 2; return 0; }
        ASK(cuEventCreate, void **e, int f) { *e = malloc(8); return 0; }
        ASK(cuEventDestroy_v2, void *e) { free(e); return 0; }
        ASK(cuEventRecord, void *e, void *s) { return unless_collecting(); }
        ASK(cuEventSynchronize, void *e) { events++; return unless_collecting(); }

        ASK(cuStreamBeginCapture_v2, Stream *s, int mode) {
            if (!s || s->collects || collected || mode != 2) { refused++; return 900; }
            s->collects = calloc(1, sizeof(Graph)); collected = s;
            return 0;
        }
        ASK(cuStreamEndCapture, Stream *s, Graph **g) {
            if (!s || !s->collects) { refused++; return 901; }
            *g = s->collects; s->collects = 0; collected = 0;
            return 0;
        }
        ASK(cuGraphInstantiateWithFlags, Graph **executable, Graph *g, unsigned long long flags) {
            if (flags) { refused++; return 1; }
            *executable = malloc(sizeof(Graph)); memcpy(*executable, g, sizeof(Graph)); graphs++;
            return 0;
        }
        ASK(cuGraphLaunch, Graph *executable, Stream *s) {
            if (s && s->collects) { refused++; return 900; }
            launches += executable->launches; replays++;
            return 0;
        }
        ASK(cuGraphDestroy, Graph *g) { memset(g, 0, sizeof(Graph)); free(g); return 0; }
        ASK(cuGraphExecDestroy, Graph *g) { memset(g, 0, sizeof(Graph)); free(g); return 0; }
        """;

    /// <summary>Builds it into a folder in which a program may look for libraries.</summary>
    internal static void Build(string folder)
    {
        string source = Path.Combine(folder, "driver.c");
        File.WriteAllText(source, Source);
        using Process compiler = Process.Start(Compiler, ["-shared", "-fPIC", "-w", "-o", Path.Combine(folder, "libcuda.so.1"), source])!;
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
    }
}
