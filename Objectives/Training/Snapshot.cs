namespace NativeSsl;

/// <summary>Tensors as they were, to go back to if the step fails.</summary>
/// <param name="lasting">Whether the copies outlive the step.</param>
sealed class Snapshot(bool lasting)
{
    readonly List<(Tensor Now, Tensor Before)> _pairs = [];

    /// <summary>Remembers the same tensors as last time, as they are now.</summary>
    public void Renew(IEnumerable<Tensor> tensors)
    {
        if (_pairs.Count == 0) Add(tensors);
        else foreach ((Tensor now, Tensor before) in _pairs) now.Backend.Copy(now, before);
    }

    /// <summary>Remembers tensors as they are now.</summary>
    public void Add(IEnumerable<Tensor> tensors)
    {
        foreach (Tensor now in tensors)
        {
            Tensor before = lasting ? Tensor.Lasting(now.Backend, now.Shape) : Tensor.Empty(now.Backend, now.Shape);
            now.Backend.Copy(now, before);
            _pairs.Add((now, before));
        }
    }

    /// <summary>How far a tensor that was remembered has moved, ‖now − before‖ / ‖before‖.</summary>
    public double RatioMoved(Tensor tensor)
    {
        Tensor before = _pairs.First(pair => ReferenceEquals(pair.Now, tensor)).Before;
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return Math.Sqrt(tensor.Backend.SquaredNorm(tensor - before) / Math.Max(double.Epsilon, tensor.Backend.SquaredNorm(before)));
    }

    /// <summary>Makes everything what it was.</summary>
    public void Restore()
    {
        foreach ((Tensor now, Tensor before) in _pairs) now.Backend.Copy(before, now);
    }
}
