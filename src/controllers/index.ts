// The controllers, in the order in which the loop asks them. Source: cmd/kube-controller-manager/app/controllermanager.go
import type { ControllerDescription } from './controller.js';

/** Every controller of the control plane. */
export const CONTROLLERS: readonly ControllerDescription[] = [];
