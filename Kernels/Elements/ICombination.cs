namespace NativeSsl.Kernels;

/// <summary>What is made of two operands, of what became of them, and of the slope there.</summary>
interface ICombination
{
    /// <summary>Whether value and slope are looked at.</summary>
    static abstract bool IsSlope { get; }

    static abstract float Of(float left, float right, float value, float slope);
}

/// <summary>The formula.</summary>
readonly struct ValueOf<F> : ICombination where F : struct, IBinaryFormula
{
    public static bool IsSlope => false;
    public static float Of(float left, float right, float value, float slope) => F.Value(new Scalar(left), new Scalar(right)).Value;
}

/// <summary>Its gradient by the left operand.</summary>
readonly struct LeftSlopeOf<F> : ICombination where F : struct, IBinaryFormula
{
    public static bool IsSlope => true;
    public static float Of(float left, float right, float value, float slope) =>
        slope * F.LeftSlope(new Scalar(left), new Scalar(right), new Scalar(value)).Value;
}

/// <summary>Its gradient by the right operand.</summary>
readonly struct RightSlopeOf<F> : ICombination where F : struct, IBinaryFormula
{
    public static bool IsSlope => true;
    public static float Of(float left, float right, float value, float slope) =>
        slope * F.RightSlope(new Scalar(left), new Scalar(right), new Scalar(value)).Value;
}
