namespace NativeSsl;

/// <summary>From the gradient of an output, the gradient of each input, in order; null where there is none.</summary>
/// <param name="dy">The gradient of the output, of its shape.</param>
public delegate Tensor?[] BackwardFunction(Tensor dy);

/// <summary>How a tensor was made, or, without a function, that it is a leaf whose gradient was asked for.</summary>
sealed class Node(string name, Tensor[] inputs, BackwardFunction? backward, bool isView)
{
    public string Name => name;
    public Tensor[] Inputs { get; private set; } = inputs;
    public BackwardFunction? Backward { get; private set; } = backward;
    public bool IsLeaf { get; } = backward is null;

    /// <summary>Whether the output shares its memory with an input, so that it is not this node's to give back.</summary>
    public bool IsView => isView;

    /// <summary>What backward needs besides inputs and output; given back with the output.</summary>
    public Tensor[] Saved { get; set; } = [];

    /// <summary>Fills the output again, if it can be made from what is saved anyway.</summary>
    public Action? Remake { get; set; }

    /// <summary>The gradient gathered so far in this pass; of a leaf, the gradient that lasts.</summary>
    public Tensor? Gradient { get; set; }

    /// <summary>Whether <see cref="Gradient"/> was made by adding up, and may be added to in place.</summary>
    public bool OwnsGradient { get; set; }

    /// <summary>Of a leaf: the gradient was reset, and the next contribution overwrites it.</summary>
    public bool IsFresh { get; set; }

    /// <summary>The last backward pass that came by. A number, not a mark to be wiped off:
    /// a pass that stops with an error leaves nothing behind.</summary>
    public long LastPass { get; set; }

    /// <summary>Forgets what only one backward pass can use.</summary>
    public void Consume() => (Backward, Inputs, Saved, Remake, Gradient) = (null, [], [], null, null);
}
