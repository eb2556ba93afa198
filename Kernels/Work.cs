namespace NativeSsl.Kernels;

/// <summary>How many threads a kernel gets; or how many teams, and of how many threads.</summary>
readonly record struct Work(long Count, int TeamSize = 0)
{
    public static implicit operator Work(long threads) => new(threads);
}
