namespace NativeSsl;

/// <summary>Tensors in one piece of memory, each on a 64-byte line with zeros behind it, so that what is done to all of them is done at once.</summary>
public static class OnePiece
{
    const int Alignment = 16;

    /// <summary>Moves tensors into one piece of memory, in their order. They stay what they were; only their memory has moved.</summary>
    /// <param name="tensors">At least one, all on one device.</param>
    /// <returns>All of it, <c>[count]</c>, zeros between them included.</returns>
    /// <exception cref="ShapeException">There is none.</exception>
    /// <exception cref="DeviceException">They are on several devices.</exception>
    public static Tensor Gather(IReadOnlyList<Tensor> tensors)
    {
        if (tensors.Count == 0) throw new ShapeException("OnePiece.Gather: there is no tensor to gather.");
        foreach (Tensor tensor in tensors) Check.SameBackend("OnePiece.Gather", tensors[0], tensor);
        Tensor whole = Zeros(tensors);
        foreach ((Tensor tensor, Tensor home) in tensors.Zip(Places(whole, tensors)))
        {
            tensor.Backend.Copy(tensor, home);
            tensor.Storage = home.Storage;
        }
        return whole;
    }

    /// <summary>Room for tensors of these shapes, filled with zeros.</summary>
    internal static Tensor Zeros(IReadOnlyList<Tensor> tensors)
    {
        Tensor whole = Tensor.Lasting(tensors[0].Backend, [checked((int)tensors.Sum(tensor => Padded(tensor.Shape.Count)))]);
        whole.Backend.Fill(whole, 0f);
        return whole;
    }

    /// <summary>A window for each tensor, of its shape, onto such room.</summary>
    internal static IEnumerable<Tensor> Places(Tensor whole, IEnumerable<Tensor> tensors)
    {
        long place = 0;
        foreach (Tensor tensor in tensors)
        {
            yield return new Tensor(whole.Backend, tensor.Shape, whole.Storage.Slice(place, tensor.Shape.Count));
            place += Padded(tensor.Shape.Count);
        }
    }

    /// <summary>What a tensor takes, with the zeros behind it.</summary>
    internal static long Padded(long count) => (count + Alignment - 1) / Alignment * Alignment;
}
