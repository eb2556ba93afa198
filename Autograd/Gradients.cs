namespace NativeSsl;

/// <summary>Asking for gradients, and reading them.</summary>
public static class Gradients
{
    const long WorthForgetting = 1 << 20;                   // 4 MiB; below, time counts for more than memory

    extension(Tensor x)
    {
        /// <summary>Whether a gradient flows to or through this tensor.</summary>
        public bool RequiresGradient => x.Node is not null;

        /// <summary>Asks for a gradient: from now on this tensor is a leaf of the tape.</summary>
        /// <returns>The tensor itself.</returns>
        /// <exception cref="GradientException">It is the result of an op, whose gradient only passes through.</exception>
        public Tensor RequireGradient()
        {
            if (x.Node is Node { IsLeaf: false } node)
                throw new GradientException($"RequireGradient: this tensor is the result of {node.Name}; " +
                    "only leaves keep their gradient. Use StopGradient() first.");
            x.Node ??= new Node("leaf", [], null, false);
            return x;
        }

        /// <summary>The gradient gathered by backward passes since it was last reset, of the tensor's shape.</summary>
        /// <exception cref="GradientException">It was never asked for, or no backward pass has reached this tensor.</exception>
        public Tensor Gradient => x.Node switch
        {
            null => throw new GradientException($"Gradient: none was asked for on this tensor of shape {x.Shape}. " +
                "Call RequireGradient() before using it."),
            Node { IsLeaf: false } node =>
                throw new GradientException($"Gradient: this tensor is the result of {node.Name}; only leaves keep their gradient."),
            Node { Gradient: { } gradient, IsFresh: false } => gradient,
            _ => throw new GradientException(
                $"Gradient: no backward pass has reached this tensor of shape {x.Shape} since its gradient was last reset."),
        };

        /// <summary>Forgets the gradient; the next backward pass starts afresh.</summary>
        public void ResetGradient()
        {
            if (x.Node is Node { IsLeaf: true } node) node.IsFresh = node.Gradient is not null;
        }

        /// <summary>The same numbers, but gradients do not flow through.
        /// The memory lasts until the step ends, whatever the backward pass gives back.</summary>
        public Tensor StopGradient()
        {
            x.Storage.LastsWholeStep = true;
            return x.View(x.Shape);
        }

        /// <summary>
        /// Gives the memory of an intermediate result back to the step's pool, if the backward pass can make it again from what is saved
        /// anyway: the result of <c>Linear</c> with an activation other than Relu, and of <c>BatchNorm</c> without a residual. Small
        /// tensors are left alone. Nobody may read it afterwards but the ops that have taken it as an input.
        /// </summary>
        public void Forget()
        {
            if (x.Node is Node { Remake: not null } && x.Shape.Count >= WorthForgetting) Tape.GiveBack(x.Storage);
        }

        /// <summary>Walks back from this scalar: adds to the gradient of every leaf it was made from.</summary>
        /// <exception cref="GradientException">It is not a scalar, was walked back from before, or does not depend on a leaf.</exception>
        public void Backward()
        {
            if (x.Shape.Count != 1)
                throw new GradientException($"Backward: the root has shape {x.Shape}, not one element. " +
                    "Reduce it with Sum() or Mean(), or give Backward a seed of its shape.");
            x.Backward(Tensor.Full(x.Backend, x.Shape, 1f));
        }

        /// <summary>Walks back from this tensor, whose own gradient is <paramref name="seed"/>, of the same shape.</summary>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="GradientException">It was walked back from before, or does not depend on a leaf.</exception>
        public void Backward(Tensor seed)
        {
            if (seed.Shape != x.Shape)
                throw new ShapeException($"Backward: the root has shape {x.Shape} but the seed has shape {seed.Shape}.");
            Tape.Backward(x, seed);
        }

        /// <summary>
        /// Memory for the gradient of this input, of its shape and undefined content. Where a leaf has no gradient yet it is the leaf's own,
        /// which saves a copy of all of it. The op writes it, returns it for this input and for no other, and is given it once only: for a
        /// second share of the same leaf there is memory of its own. Not while somebody reads the leaf's gradient in this very pass, as a seed.
        /// </summary>
        internal Tensor NewGradient()
        {
            if (x.Node is not Node { IsLeaf: true } node) return x.Like();
            node.Gradient ??= Tape.NewLeafGradient(x, node);
            if (!node.IsFresh || node.Gradient.Storage.Holders > 0) return x.Like();
            node.IsFresh = false;
            return node.Gradient;
        }

        /// <summary>
        /// For gradients that an op can write where they belong: the leaf's own gradient, and whether to add to it. Null if this is not a
        /// leaf. The op then returns null for this input.
        /// </summary>
        internal Tensor? GradientSink(out bool accumulate)
        {
            accumulate = false;
            if (x.Node is not Node { IsLeaf: true } node) return null;
            node.Gradient ??= Tape.NewLeafGradient(x, node);
            accumulate = !node.IsFresh;
            node.IsFresh = false;
            return node.Gradient;
        }
    }
}
