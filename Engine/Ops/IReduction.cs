using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>A way of folding many numbers into one, whatever their order.</summary>
public interface IReduction
{
    /// <summary>The result for no numbers.</summary>
    static abstract float Start { get; }
    /// <summary>Takes one more in, lane by lane.</summary>
    static abstract T Take<T>(T total, T x) where T : struct, ILane<T>;
    /// <summary>Folds the lanes.</summary>
    static abstract float Fold<T>(T total) where T : struct, IWide<T>;
}

/// <summary>The sum.</summary>
public readonly struct Sum : IReduction
{
    /// <inheritdoc/>
    public static float Start => 0f;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Take<T>(T total, T x) where T : struct, ILane<T> => total + x;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fold<T>(T total) where T : struct, IWide<T> => T.Sum(total);
}

/// <summary>The largest; NaN if any is NaN.</summary>
public readonly struct Largest : IReduction
{
    /// <inheritdoc/>
    public static float Start => float.NegativeInfinity;
    /// <inheritdoc/>
    // Max keeps a NaN that is in the total but not one that comes in. max(0, min(0, x)) is 0, or NaN if x is; adding it keeps that too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Take<T>(T total, T x) where T : struct, ILane<T> => T.Max(x, total) + T.Max(T.Of(0f), T.Min(T.Of(0f), x));
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fold<T>(T total) where T : struct, IWide<T> => T.Largest(total);
}
