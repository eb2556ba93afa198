namespace NativeSsl.Kernels;

/// <summary>Whole numbers, as a device has them cheaply.</summary>
static class Place
{
    /// <summary>The rest of a number that is not negative. ILGPU leaves a remainder by a power of two as a division, which takes twenty instructions.</summary>
    public static int Within(int x, int powerOfTwo) => x & (powerOfTwo - 1);

    /// <summary>
    /// line · length + at, none of them negative. A device multiplies two unsigned numbers of 32 bits into one of 64 in an instruction; signed ones take five.
    /// </summary>
    public static long Of(int line, int length, int at) => (long)((ulong)(uint)line * (uint)length + (uint)at);
}
