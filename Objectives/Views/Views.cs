namespace NativeSsl;

/// <summary>What a loss is computed from: one micro-batch, seen in one way or several.</summary>
public sealed record Views
{
    /// <summary>Images, features, samples of sound: <c>[batch, ...]</c>, one tensor for each view.</summary>
    public IReadOnlyList<Tensor> Tensors { get; init; } = [];

    /// <summary>Tokens, targets, numbers of samples: <c>[batch, ...]</c>.</summary>
    public IReadOnlyList<Indices> Indices { get; init; } = [];

    /// <summary>How many terms the loss is the mean of: a mean over several micro-batches of different sizes weighs them by it.</summary>
    public long Terms { get; init; } = 1;
}
