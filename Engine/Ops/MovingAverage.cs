using System.Runtime.CompilerServices;

namespace NativeSsl;

// a ← m a + (1 − m) θ

public partial interface IBackend
{
    /// <summary>One step of an exponential moving average, in place, for all tensors of flat memory in one pass.</summary>
    /// <param name="values">θ, <c>[count]</c>.</param>
    /// <param name="averages">a, <c>[count of averages]</c>; may lie in another order.</param>
    /// <param name="pieces"><c>[pieces, 3]</c>: where a piece begins among the values, where among the averages, and its length, at most
    /// <see cref="MemoryPieces.Most"/>. What lies between them stays as it is.</param>
    /// <param name="momentum">m, how much of the average stays, <c>[1]</c>.</param>
    void MovingAverage(Tensor values, Tensor averages, Indices pieces, Tensor momentum);
}

/// <summary>The update of one lane, for every device.</summary>
public static class MovingAverageFormula
{
    /// <summary>The next average.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Next<T>(T average, T value, float momentum) where T : struct, ILane<T> => T.MultiplyAdd(T.Of(momentum), average, T.Of(1f - momentum) * value);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void MovingAverage(Tensor values, Tensor averages, Indices pieces, Tensor momentum)
    {
        fixed (int* table = pieces.Values.Span)
            Run(new MovingAverageKernel(Floats(values), Floats(averages), table, *Floats(momentum)), pieces.Shape[0]);
    }

    readonly unsafe struct MovingAverageKernel(float* values, float* averages, int* pieces, float momentum) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            float* value = values + pieces[3 * part], average = averages + pieces[3 * part + 1];
            int length = pieces[3 * part + 2];
            for (int i = 0; i < length; i += Lanes.Count)
            {
                T next = MovingAverageFormula.Next(T.Load(average + i), T.Load(value + i), momentum);
                if (length - i >= Lanes.Count) T.Store(next, average + i);
                else T.Store(next, average + i, length - i);
            }
        }
    }
}
