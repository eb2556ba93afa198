namespace NativeSsl;

/// <summary>Inputs of a step in memory that lasts, into which those of a later step are written; and what the host has asked of them, which those have to answer alike.</summary>
sealed class StepInputs
{
    readonly List<(int Which, Func<Indices, bool> Question)> _questions = [];

    internal StepInputs(IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices) =>
        (Tensors, Indices) = ([.. tensors.Select(tensor => tensor.Keep())], [.. indices.Select((values, which) => values.Asked(question => _questions.Add((which, question))))]);

    internal Tensor[] Tensors { get; }
    internal Indices[] Indices { get; }

    /// <summary>Whether a step that was recorded on these is the step on others.</summary>
    /// <exception cref="IndexException">One of the others points outside of what it is looked up in.</exception>
    internal bool Fit(IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices) =>
        Tensors.Select(tensor => (tensor.Shape, tensor.Format)).SequenceEqual(tensors.Select(tensor => (tensor.Shape, tensor.Format)))
        && Indices.Select(values => values.Shape).SequenceEqual(indices.Select(values => values.Shape))
        && _questions.TrueForAll(asked => asked.Question(indices[asked.Which]));

    /// <summary>Takes over the values of others.</summary>
    internal void Fill(IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices)
    {
        foreach ((Tensor ours, Tensor theirs) in Tensors.Zip(tensors)) ours.Backend.Copy(theirs, ours);
        foreach ((Indices ours, Indices theirs) in Indices.Zip(indices)) ours.Storage.CopyFrom(theirs.Values.Span);
    }
}
