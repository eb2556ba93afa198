using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>a + b</summary>
public readonly struct Add : IBinaryFormula
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T a, T b) where T : struct, ILane<T> => a + b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LeftSlope<T>(T a, T b, T y) where T : struct, ILane<T> => T.Of(1f);
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T RightSlope<T>(T a, T b, T y) where T : struct, ILane<T> => T.Of(1f);
    /// <inheritdoc/>
    public static bool HasConstantSlopes => true;
}

/// <summary>a − b</summary>
public readonly struct Subtract : IBinaryFormula
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T a, T b) where T : struct, ILane<T> => a - b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LeftSlope<T>(T a, T b, T y) where T : struct, ILane<T> => T.Of(1f);
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T RightSlope<T>(T a, T b, T y) where T : struct, ILane<T> => T.Of(-1f);
    /// <inheritdoc/>
    public static bool HasConstantSlopes => true;
}

/// <summary>a · b</summary>
public readonly struct Multiply : IBinaryFormula
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T a, T b) where T : struct, ILane<T> => a * b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LeftSlope<T>(T a, T b, T y) where T : struct, ILane<T> => b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T RightSlope<T>(T a, T b, T y) where T : struct, ILane<T> => a;
    /// <inheritdoc/>
    public static bool HasConstantSlopes => false;
}

/// <summary>a / b;  ∂/∂a = 1/b,  ∂/∂b = −a/b² = −y/b.</summary>
public readonly struct Divide : IBinaryFormula
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T a, T b) where T : struct, ILane<T> => a / b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LeftSlope<T>(T a, T b, T y) where T : struct, ILane<T> => T.Of(1f) / b;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T RightSlope<T>(T a, T b, T y) where T : struct, ILane<T> => -(y / b);
    /// <inheritdoc/>
    public static bool HasConstantSlopes => false;
}
