namespace NativeSsl.Kernels;

/// <summary>Four floats that are read or written at once.</summary>
struct Float4
{
    public float A, B, C, D;

    public Float4(float a, float b, float c, float d) => (A, B, C, D) = (a, b, c, d);

    /// <summary>The same float four times.</summary>
    public static Float4 Of(float all) => new(all, all, all, all);
}
