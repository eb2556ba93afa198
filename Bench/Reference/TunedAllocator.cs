namespace NativeSsl.Bench.Reference;

/// <summary>Settings without which every large tensor of libtorch's is mapped and unmapped by the system, page by page.</summary>
static class TunedAllocator
{
    public static Dictionary<string, string> Environment { get; } = new()
    {
        ["MALLOC_MMAP_THRESHOLD_"] = "4294967296",
        ["MALLOC_TRIM_THRESHOLD_"] = "17179869184",
        ["MALLOC_TOP_PAD_"] = "268435456",
        ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1",
    };

    /// <summary>As one would type them before a command.</summary>
    public static string Text => string.Join(' ', Environment.Select(setting => $"{setting.Key}={setting.Value}"));
}
