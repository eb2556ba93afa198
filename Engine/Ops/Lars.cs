using System.Runtime.CompilerServices;

namespace NativeSsl;

// d = g + λ θ        q = τ ‖θ‖ / ‖d‖,  1 if a norm is 0        v ← μ v + η q d,  θ ← θ − v        θ: one tensor, with a rate q of its own
// You, Gitman & Ginsburg 2017, “Large batch training of convolutional networks”, algorithm 1; q divides by the norm of the sum, as in
// SimCLR's code, not by the sum ‖g‖ + λ ‖θ‖ of the paper.

/// <summary>The numbers of LARS that stay what they are.</summary>
/// <param name="Momentum">μ, how much of the velocity stays.</param>
/// <param name="Decay">λ, weight decay, added to the gradient.</param>
/// <param name="Trust">τ, the length of a step in lengths of the tensor.</param>
public readonly record struct LarsScalars(float Momentum, float Decay, float Trust);

/// <summary>The tensors that lie in flat memory, each of which has a rate of its own.</summary>
public sealed class LarsTensors
{
    /// <summary>Where each lies, and whether its rate adapts to its length; q = 1 for those that do not, as biases and norms have it.</summary>
    public IReadOnlyList<(long Start, long Length, bool Adapts)> Tensors { get; }

    /// <summary>For every piece of a tensor <c>[pieces, 3]</c>: where it begins, its length, and whose it is.</summary>
    public Indices Pieces { get; }

    /// <summary>For every tensor <c>[tensors, 3]</c>: its first piece, how many it has, and 1 if its rate adapts.</summary>
    public Indices Rows { get; }

    /// <param name="backend">The device of the memory.</param>
    /// <param name="tensors">At least one, none of which shares an element with another.</param>
    public LarsTensors(IBackend backend, IReadOnlyList<(long Start, long Length, bool Adapts)> tensors)
    {
        Tensors = tensors;
        List<int[]> pieces = [], rows = [];
        foreach ((long start, long length, bool adapts) in tensors)
        {
            int first = pieces.Count;
            foreach ((int within, int ofPiece) in MemoryPieces.Of(length)) pieces.Add([checked((int)(start + within)), ofPiece, rows.Count]);
            rows.Add([first, pieces.Count - first, adapts ? 1 : 0]);
        }
        (Pieces, Rows) = (MemoryPieces.Table(backend, 3, pieces), MemoryPieces.Table(backend, 3, rows));
    }
}

public partial interface IBackend
{
    /// <summary>One step of LARS for all tensors of flat memory, in place; nobody waits for the device. Shapes: all <c>[count]</c>.</summary>
    /// <param name="values">θ, one after the other.</param>
    /// <param name="gradients">g.</param>
    /// <param name="velocities">v.</param>
    /// <param name="tensors">Where each tensor lies; what lies between them stays as it is.</param>
    /// <param name="scalars">What stays.</param>
    /// <param name="rate">η, the learning rate, <c>[1]</c>.</param>
    /// <param name="factor"><c>[1]</c>, what the gradients are multiplied by; if it is 0, nothing moves. Null for 1.</param>
    void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsTensors tensors, LarsScalars scalars, Tensor rate, Tensor? factor = null);
}

/// <summary>The update of one lane, for every device.</summary>
public static class LarsFormula
{
    /// <summary>d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Direction<T>(T gradient, T value, LarsScalars s) where T : struct, ILane<T> =>
        T.MultiplyAdd(T.Of(s.Decay), value, gradient);

    /// <summary>Moves velocity and value by one gradient at the tensor's own rate η q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<T>(T gradient, ref T velocity, ref T value, T ownRate, LarsScalars s) where T : struct, ILane<T>
    {
        velocity = T.MultiplyAdd(T.Of(s.Momentum), velocity, ownRate * Direction(gradient, value, s));
        value -= velocity;
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsTensors tensors, LarsScalars scalars, Tensor rate, Tensor? factor = null)
    {
        if (FactorOf(factor) is not 0f and float by)
            foreach ((long start, long length, bool adapts) in tensors.Tensors)
                Lars(Floats(values) + start, Floats(gradients) + start, Floats(velocities) + start, length, adapts, scalars, *Floats(rate), by);
    }

    unsafe void Lars(float* values, float* gradients, float* velocities, long count, bool adapts, LarsScalars scalars, float rate, float by)
    {
        int parts = PartsOf(count);
        double own = rate;
        if (adapts)
        {
            using CpuPool.Loan sums = _pool.Lend(2L * parts);
            Run(new LarsNorms(values, gradients, sums.Floats, count, scalars, by), parts);
            double ofValues = 0, ofDirection = 0;
            for (int part = 0; part < parts; part++)
            {
                ofValues += sums.Floats[2 * part];
                ofDirection += sums.Floats[2 * part + 1];
            }
            if (ofValues > 0 && ofDirection > 0) own *= scalars.Trust * Math.Sqrt(ofValues / ofDirection);
        }
        Run(new LarsKernel(values, gradients, velocities, count, (float)own, scalars, by), parts);
    }

    readonly unsafe struct LarsNorms(float* values, float* gradients, float* sums, long count, LarsScalars scalars, float factor) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            T ofValues = T.Of(0f), ofDirection = T.Of(0f);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T value = T.Load(values + i, left), d = LarsFormula.Direction(T.Load(gradients + i, left) * T.Of(factor), value, scalars);
                ofValues = T.MultiplyAdd(value, value, ofValues);
                ofDirection = T.MultiplyAdd(d, d, ofDirection);
            }
            (sums[2 * part], sums[2 * part + 1]) = (T.Sum(ofValues), T.Sum(ofDirection));
        }
    }

    readonly unsafe struct LarsKernel(float* values, float* gradients, float* velocities, long count, float ownRate, LarsScalars scalars, float factor)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T velocity = T.Load(velocities + i), value = T.Load(values + i);
                LarsFormula.Update(T.Load(gradients + i) * T.Of(factor), ref velocity, ref value, T.Of(ownRate), scalars);
                if (left == Lanes.Count) { T.Store(velocity, velocities + i); T.Store(value, values + i); }
                else { T.Store(velocity, velocities + i, left); T.Store(value, values + i, left); }
            }
        }
    }
}
