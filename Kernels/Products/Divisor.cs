namespace NativeSsl.Kernels;

/// <summary>
/// A number by which a kernel divides numbers that are not negative: by a multiplication and a shift, where a division takes twenty instructions. Granlund and
/// Montgomery 1994, “Division by invariant integers using multiplication”: with 2ˡ ≥ d, ⌊n / d⌋ = ⌊n ⌈2³¹⁺ˡ / d⌉ / 2³¹⁺ˡ⌋ for n below 2³¹.
/// </summary>
readonly struct Divisor
{
    readonly uint _factor;
    readonly int _by, _shift;

    /// <param name="by">d, from 1.</param>
    public Divisor(int by)
    {
        (_by, _shift) = (by, 31);
        while (1L << (_shift - 31) < by) _shift++;
        _factor = (uint)(((UInt128.One << _shift) + (uint)by - 1) / (uint)by);
    }

    /// <summary>⌊n / d⌋.</summary>
    public int Into(int n) => (int)(((ulong)(uint)n * _factor) >> _shift);

    /// <summary>n − d ⌊n / d⌋.</summary>
    public int Rest(int n) => n - Into(n) * _by;
}
