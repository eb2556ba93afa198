using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>What happens to one row of scores between the matrix products. A row is padded to whole registers;
/// behind its end it holds zeros.</summary>
internal static unsafe class AttentionRows
{
    /// <summary>y ← y + x.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Add<T>(float* x, float* y, int count) where T : struct, IWide<T>
    {
        int j = 0;
        for (; j + Lanes.Count <= count; j += Lanes.Count) T.Store(T.Load(y + j) + T.Load(x + j), y + j);
        if (j < count) T.Store(T.Load(y + j) + T.Load(x + j), y + j, count - j);
    }

    /// <summary>y ← x.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Copy<T>(float* x, float* y, int count) where T : struct, IWide<T>
    {
        int j = 0;
        for (; j + Lanes.Count <= count; j += Lanes.Count) T.Store(T.Load(x + j), y + j);
        if (j < count) T.Store(T.Load(x + j), y + j, count - j);
    }

    /// <summary>scores ← scale · scores + bias.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void AddBias<T>(float* scores, float scale, float* bias, int count) where T : struct, IWide<T>
    {
        T factor = T.Of(scale);
        for (int j = 0; j < count; j += Lanes.Count) T.Store(T.MultiplyAdd(T.Load(scores + j), factor, T.Load(bias + j)), scores + j);
    }

    /// <summary>scores ← exp(scale · scores − max), zero from count to end;
    /// returns their sum, and the maximum that was taken off.</summary>
    [MethodImpl(Compile.Loop)]
    internal static float Exponentials<T>(float* scores, float scale, int count, int end, out float max) where T : struct, IWide<T>
    {
        T factor = T.Of(scale), largest = T.Of(float.NegativeInfinity), sum = T.Of(0f);
        int j = 0;
        for (; j + Lanes.Count <= count; j += Lanes.Count) largest = T.Max(T.Load(scores + j) * factor, largest);
        if (j < count) largest = T.Max(T.Keep(T.Load(scores + j) * factor, count - j, float.NegativeInfinity), largest);
        max = T.Largest(largest);
        // Nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN.
        if (max == float.NegativeInfinity) max = 0f;
        T offset = T.Of(-max);
        for (j = 0; j + Lanes.Count <= count; j += Lanes.Count)
        {
            T e = LaneMath.Exp(T.MultiplyAdd(T.Load(scores + j), factor, offset));
            T.Store(e, scores + j);
            sum += e;
        }
        if (j < count)
        {
            T e = T.Keep(LaneMath.Exp(T.MultiplyAdd(T.Load(scores + j), factor, offset)), count - j, 0f);
            T.Store(e, scores + j);
            sum += e;
            j += Lanes.Count;
        }
        for (; j < end; j += Lanes.Count) T.Store(T.Of(0f), scores + j);
        return T.Sum(sum);
    }

    /// <summary>
    /// scores ← P = exp(scale · scores − logSumExp) and slopes ← dS = P (slopes − delta), both zero from count to end.
    /// </summary>
    [MethodImpl(Compile.Loop)]
    internal static void Slopes<T>(float* scores, float scale, float* slopes, int count, int end, float logSumExp, float delta)
        where T : struct, IWide<T>
    {
        T factor = T.Of(scale), l = T.Of(-logSumExp), d = T.Of(delta), zero = T.Of(0f);
        int j = 0;
        for (; j + Lanes.Count <= count; j += Lanes.Count)
        {
            T p = LaneMath.Exp(T.MultiplyAdd(T.Load(scores + j), factor, l));
            T.Store(p, scores + j);
            T.Store(p * (T.Load(slopes + j) - d), slopes + j);
        }
        if (j < count)
        {
            T p = LaneMath.Exp(T.MultiplyAdd(T.Load(scores + j), factor, l));
            T.Store(T.Keep(p, count - j, 0f), scores + j);
            T.Store(T.Keep(p * (T.Load(slopes + j) - d), count - j, 0f), slopes + j);
            j += Lanes.Count;
        }
        for (; j < end; j += Lanes.Count)
        {
            T.Store(zero, scores + j);
            T.Store(zero, slopes + j);
        }
    }

    /// <summary>kept ← M, the factors of dropout, for count keys of a row from a multiple of four on, and up to 31 more.</summary>
    internal static void Kept(AttentionShape shape, long row, int fromKey, int count, float* kept) =>
        PhiloxLanes.Kept(shape.Seed, shape.Stream, AttentionShape.Counter(row, fromKey), count, shape.Dropout, kept);

    /// <summary>x ← x ∘ y.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Multiply<T>(float* x, float* y, int count) where T : struct, IWide<T>
    {
        int j = 0;
        for (; j + Lanes.Count <= count; j += Lanes.Count) T.Store(T.Load(x + j) * T.Load(y + j), x + j);
        if (j < count) T.Store(T.Load(x + j) * T.Load(y + j), x + j, count - j);
    }
}
