namespace NativeSsl;

/// <summary>
/// Tensors that follow others slowly, a ← m a + (1 − m) θ: a teacher's weights, or an average of the weights that a run passes through (Polyak &amp; Juditsky
/// 1992, “Acceleration of stochastic approximation by averaging”). Tensors in one piece of memory (<see cref="Parameters"/>, <see cref="OnePiece"/>) move together.
/// </summary>
public sealed class MovingAverage
{
    readonly (Tensor Value, Tensor Average)[] _pairs;
    (Storage, Storage)[] _planned = [];
    (Tensor Values, Tensor Averages, Indices Pieces)[] _launches = [];

    /// <param name="pairs">What is followed, and what follows it, of the same shape.</param>
    /// <exception cref="ShapeException">The shapes of a pair differ.</exception>
    /// <exception cref="DeviceException">A pair is on two devices.</exception>
    public MovingAverage(IEnumerable<(Tensor Value, Tensor Average)> pairs)
    {
        _pairs = [.. pairs];
        foreach ((Tensor value, Tensor average) in _pairs)
        {
            Check.SameShape("MovingAverage", "an average", average.Shape, "its value", value.Shape);
            Check.SameBackend("MovingAverage", average, value);
        }
    }

    /// <summary>Takes a step towards the values as they are now.</summary>
    /// <param name="momentum">m, how much of the average stays, <c>[1]</c>.</param>
    public void Follow(Tensor momentum)
    {
        // Whoever trains the values may have moved their memory.
        if (!_pairs.Select(Memory).SequenceEqual(_planned)) Plan();
        foreach ((Tensor values, Tensor averages, Indices pieces) in _launches) values.Backend.MovingAverage(values, averages, pieces, momentum);
    }

    static (Storage, Storage) Memory((Tensor Value, Tensor Average) pair) => (pair.Value.Storage, pair.Average.Storage);

    void Plan()
    {
        _planned = [.. _pairs.Select(Memory)];
        _launches = [.. _pairs.GroupBy(pair => (pair.Value.Storage.Whole, pair.Average.Storage.Whole)).Select(together =>
        {
            IBackend backend = together.First().Value.Backend;
            List<int[]> pieces = [];
            foreach ((Tensor value, Tensor average) in together)
                foreach ((int start, int length) in MemoryPieces.Of(value.Shape.Count))
                    pieces.Add([checked((int)value.Storage.Start + start), checked((int)average.Storage.Start + start), length]);
            return (Flat(backend, together.Key.Item1), Flat(backend, together.Key.Item2), MemoryPieces.Table(backend, 3, pieces));
        })];
    }

    static Tensor Flat(IBackend backend, Storage whole) => new(backend, [checked((int)whole.Length)], whole);
}
